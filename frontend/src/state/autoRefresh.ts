/** Milliseconds between two reads of a list by itself, at least: a server may say that it changed as often as it likes. */
const pause = 1000;

/** Reads a list again by itself when the server says that it changed and the profile wants it so. */
export class AutoRefresh {
  readonly #read: () => Promise<void>;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #last = 0;

  constructor(read: () => Promise<void>) {
    this.#read = read;
  }

  /** To be told of every state of the connection: `due` when the list is to be read. */
  follow(due: boolean): void {
    if (!due || this.#timer !== undefined) return;
    const wait = Math.max(0, this.#last + pause - Date.now());
    this.#timer = setTimeout(() => {
      this.#last = Date.now();
      void this.#read().finally(() => (this.#timer = undefined));
    }, wait);
  }
}
