import type { Backend, core } from '../backend';
import { puller } from './puller';

export type OverviewSource = Pick<Backend, 'overview' | 'ping' | 'checkServed' | 'stopCheck' | 'on'> & {
  faultOf: (error: unknown) => core.Error;
};

/** Milliseconds between two looks at what is known: a busy connection would have it asked for at every message. */
const pause = 250;

/** What is known of one connection, looked at while it is shown; and what is asked of it. */
export class Overview {
  readonly profile: string;
  readonly #source: OverviewSource;
  now = $state.raw<core.Overview | null>(null);
  /** Why the last look, ping or check came to nothing. */
  fault = $state.raw<core.Error | null>(null);
  pinging = $state(false);
  /** Seconds between pings while it is shown, 0 for none. */
  every = $state(0);
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** The fault is of a look, which the next one mends. */
  #blind = false;

  readonly #pull = puller(async () => {
    this.now = await this.#source.overview(this.profile);
    if (this.#blind) this.fault = null;
    this.#blind = false;
  });

  constructor(source: OverviewSource, profile: string) {
    this.#source = source;
    this.profile = profile;
  }

  /** Follows the connection while it is shown; the returned function ends it. */
  start(): () => void {
    const soon = (): void => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        this.#look();
      }, pause);
    };
    const ends = [this.#source.on('traffic', soon), this.#source.on('connections', soon)];
    this.#look();
    return () => {
      for (const end of ends) end();
      clearTimeout(this.#timer);
      this.#timer = undefined;
    };
  }

  /** Pings every so many seconds; the returned function ends it. */
  repeat(): (() => void) | undefined {
    if (this.every <= 0) return undefined;
    const timer = setInterval(() => void this.ping(), this.every * 1000);
    return () => clearInterval(timer);
  }

  /** One ping at a time: what a server does not answer is not asked again beside it. */
  async ping(): Promise<void> {
    if (this.pinging) return;
    this.pinging = true;
    await this.#do(() => this.#source.ping(this.profile));
    this.pinging = false;
  }

  get checking(): string {
    return this.now?.checking ?? '';
  }

  async check(undeclared: boolean): Promise<void> {
    await this.#do(() => this.#source.checkServed(this.profile, undeclared));
  }

  async stopCheck(): Promise<void> {
    await this.#do(() => this.#source.stopCheck(this.profile));
  }

  async #do(work: () => Promise<unknown>): Promise<void> {
    this.fault = null;
    try {
      await work();
      await this.#pull();
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    }
  }

  #look(): void {
    this.#pull().catch((error: unknown) => {
      this.#blind = true;
      this.fault = this.#source.faultOf(error);
    });
  }
}
