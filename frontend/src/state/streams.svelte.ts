import type { Backend, core } from '../backend';

export type StreamSource = Pick<Backend, 'streams' | 'openStream' | 'closeStream' | 'reopenStream' | 'watchLists'> & {
  faultOf: (error: unknown) => core.Error;
};

/** The subscriptions/listen streams of one server. */
export class Streams {
  readonly #source: StreamSource;
  readonly #profile: string;
  all = $state.raw<core.Streams | null>(null);
  fault = $state.raw<core.Error | null>(null);
  /** What is under way: the name of a stream, "open" or "lists". */
  busy = $state('');
  #pulling = 0;

  constructor(source: StreamSource, profile: string) {
    this.#source = source;
    this.#profile = profile;
  }

  async pull(): Promise<void> {
    const mine = ++this.#pulling;
    try {
      const all = await this.#source.streams(this.#profile);
      if (mine === this.#pulling) this.all = all;
    } catch (error) {
      if (mine === this.#pulling) this.fault = this.#source.faultOf(error);
    }
  }

  /** Opens a further stream; answers whether it is there. */
  open(input: Omit<core.StreamInput, 'profile'>): Promise<boolean> {
    return this.#do('open', () => this.#source.openStream({ ...input, profile: this.#profile }));
  }

  close(name: string): Promise<boolean> {
    return this.#do(name, () => this.#source.closeStream(this.#profile, name));
  }

  reopen(name: string): Promise<boolean> {
    return this.#do(name, () => this.#source.reopenStream(this.#profile, name));
  }

  /** Has the connection's own stream tell of changes of lists, or no more of them. */
  lists(on: boolean): Promise<boolean> {
    return this.#do('lists', () => this.#source.watchLists(this.#profile, on));
  }

  async #do(what: string, work: () => Promise<unknown>): Promise<boolean> {
    this.busy = what;
    this.fault = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.fault = this.#source.faultOf(error);
      return false;
    } finally {
      if (this.busy === what) this.busy = '';
      await this.pull();
    }
  }
}
