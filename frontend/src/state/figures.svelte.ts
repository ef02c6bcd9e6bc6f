import type { Backend } from '../backend';
import { puller } from './puller';

/** What the traffic of a view comes to, asked for again while the traffic goes on. */
export abstract class Figures<T> {
  readonly #events: Pick<Backend, 'on'>;
  readonly #pause: number;
  data = $state.raw<T | null>(null);
  /** Why the last answer did not come. */
  problem = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked: AbortController | undefined;

  readonly #pull = puller(async () => {
    this.#asked = new AbortController();
    const { signal } = this.#asked;
    try {
      const answer = this.ask(signal);
      if (!answer) return;
      this.data = await answer;
      this.problem = '';
    } catch (error) {
      if (!signal.aborted) this.problem = error instanceof Error ? error.message : String(error);
    }
  });

  /** `pause`: how long it waits between two looks at traffic that goes on, in milliseconds. */
  constructor(events: Pick<Backend, 'on'>, pause: number) {
    this.#events = events;
    this.#pause = pause;
  }

  /** Asks the program; undefined while there is nothing to ask for. */
  protected abstract ask(signal: AbortSignal): Promise<T> | undefined;

  /** Follows the traffic; the returned function ends it. */
  start(): () => void {
    const later = (): void => {
      this.#timer ??= setTimeout(() => {
        this.#timer = undefined;
        void this.#pull();
      }, this.#pause);
    };
    const ends = [this.#events.on('traffic', later), this.#events.on('views', later)];
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
}
