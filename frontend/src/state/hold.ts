/**
 * Keeps what can wait (pages of traffic, progress) back for the moment between a click and its result: they share the
 * page's one thread and the bridge with the answer that the user waits for.
 */
export class Hold {
  #taken = 0;
  #waiting: (() => void)[] = [];

  /** Holds for at most `limit` milliseconds; the returned function ends it before. */
  take(limit: number): () => void {
    this.#taken++;
    let done = false;
    const end = (): void => {
      if (done) return;
      done = true;
      clearTimeout(timer);
      if (--this.#taken === 0) this.#release();
    };
    const timer = setTimeout(end, limit);
    return end;
  }

  get held(): boolean {
    return this.#taken > 0;
  }

  /** Settles when nothing holds, and the frame that shows the result had its turn. */
  async free(): Promise<void> {
    const over = new Promise<boolean>((resolve) => setTimeout(() => resolve(true), most));
    while (this.#taken > 0) {
      const next = new Promise<boolean>((resolve) => this.#waiting.push(() => resolve(false)));
      if (await Promise.race([over, next])) return;
    }
  }

  #release(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    void painted().then(() => {
      for (const call of waiting) call();
    });
  }
}

/** Milliseconds a waiter sits out: calls in quick succession must not keep it for ever. */
const most = 500;

/** Milliseconds until a frame is given up: a hidden window has none. */
const noFrame = 50;

/** Settles once the frame to come is painted. */
export function painted(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, noFrame);
    if (typeof requestAnimationFrame === 'function') requestAnimationFrame(() => setTimeout(resolve));
  });
}

/** The program's one. */
export const hold = new Hold();
