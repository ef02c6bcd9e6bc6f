import type { Backend, core } from '../backend';
import { orEmpty } from '../lib/orEmpty';
import type { LiveLink } from './liveLink.svelte';

export type WatchSource = Pick<Backend, 'watch' | 'watchLists' | 'watches'> & {
  faultOf: (error: unknown) => core.Error;
};

/** Updates of one server's resources: which are asked for, and which came. */
export class Watching {
  readonly #source: WatchSource;
  readonly #profile: string;
  #known = $state.raw<core.Watches | null>(null);
  #rev = -1;
  #conn = '';
  #pulling = 0;
  /** Why the last toggle came to nothing, by URI. */
  fault = $state.raw<{ uri: string; fault: core.Error } | null>(null);
  busy = $state('');

  readonly #byUri = $derived(new Map(orEmpty(this.#known?.items).map((watch) => [watch.uri, watch])));

  constructor(source: WatchSource, link: LiveLink) {
    this.#source = source;
    this.#profile = link.profile;
    link.follow((now) => {
      if (now.phase !== 'connected' || (now.watchRev === this.#rev && now.conn === this.#conn)) return;
      this.#rev = now.watchRev;
      this.#conn = now.conn;
      void this.#pull();
    });
  }

  /** Everything known. */
  get all(): core.Watches | null {
    return this.#known;
  }

  of(uri: string): core.Watch | undefined {
    return this.#byUri.get(uri);
  }

  /** Whether the server can be asked for updates. */
  get possible(): boolean {
    return this.#known?.offer.subscribe === true;
  }

  async #pull(): Promise<void> {
    const mine = ++this.#pulling;
    try {
      const known = await this.#source.watches(this.#profile);
      if (mine === this.#pulling) this.#known = known;
    } catch {
      // The next change asks again.
      this.#rev = -1;
    }
  }

  /** Asks for updates of a resource, or for no more of them. `index` is its place in the list, or -1. */
  async toggle(uri: string, index: number, on: boolean): Promise<void> {
    this.busy = uri;
    this.fault = null;
    try {
      const known = await this.#source.watch({ profile: this.#profile, uris: [uri], index: [index], on });
      this.#pulling++;
      this.#known = known;
    } catch (error) {
      this.fault = { uri, fault: this.#source.faultOf(error) };
    } finally {
      this.busy = '';
    }
  }
}
