import type { EventName } from '../types';

/** What the parts of the twin share: its events, its revisions and its clock. */
export class FakeHub {
  readonly #listeners = new Map<EventName, Set<(rev: number) => void>>();
  readonly #speed: number;
  #rev = 0;

  /** `speed`: how many times faster than life steps and calls go. */
  constructor(speed: number) {
    this.#speed = speed;
  }

  on(event: EventName, call: (rev: number) => void): () => void {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all.add(call));
    return () => void all.delete(call);
  }

  /** Tells the listeners of an event, as Go does. */
  emit(event: EventName, rev = this.next()): void {
    for (const call of this.#listeners.get(event) ?? []) call(rev);
  }

  /** The next revision. */
  next(): number {
    return ++this.#rev;
  }

  /** Ends after `ms` of the twin's time, or when the signal does. */
  wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ms / this.#speed);
      signal?.addEventListener('abort', () => resolve());
    });
  }
}
