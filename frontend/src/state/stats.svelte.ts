import type { Backend, core } from '../backend';
import type { FiguresBackend } from '../backend/timeline';
import { puller } from './puller';
import type { Traffic } from './traffic.svelte';

export type StatsSource = Pick<FiguresBackend, 'stats'> & Pick<Backend, 'on'>;

/** How long the window waits between two looks at traffic that goes on, in milliseconds. */
const pause = 500;

/** The figures of what the table shows, and of an earlier capture beside them. */
export class Stats {
  readonly #source: StatsSource;
  readonly #traffic: Pick<Traffic, 'viewId'>;
  data = $state.raw<core.Stats | null>(null);
  problem = $state('');
  /** Id of the capture to compare with; empty: none. */
  #against = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked: AbortController | undefined;

  readonly #pull = puller(async () => {
    this.#asked = new AbortController();
    const against = this.#against;
    try {
      this.data = await this.#source.stats(
        {
          view: this.#traffic.viewId,
          from: 0,
          to: 0,
          ...(against ? { against: { all: false, conns: [], captures: [against] } } : {}),
        },
        this.#asked.signal,
      );
      this.problem = '';
    } catch (error) {
      if (!this.#asked.signal.aborted) this.problem = error instanceof Error ? error.message : String(error);
    }
  });

  constructor(source: StatsSource, traffic: Pick<Traffic, 'viewId'>) {
    this.#source = source;
    this.#traffic = traffic;
  }

  /** Follows the traffic; the returned function ends it. */
  start(): () => void {
    const later = (): void => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.#pull();
      }, pause);
    };
    const ends = [this.#source.on('traffic', later), this.#source.on('views', later)];
    void this.#pull();
    return () => {
      for (const end of ends) end();
      clearTimeout(this.#timer);
      this.#timer = undefined;
      this.#asked?.abort();
    };
  }

  /** Looks again: the scope or filter of the table is another. */
  refresh(): Promise<void> {
    return this.#pull();
  }

  get against(): string {
    return this.#against;
  }

  set against(capture: string) {
    if (capture === this.#against) return;
    this.#against = capture;
    void this.#pull();
  }
}
