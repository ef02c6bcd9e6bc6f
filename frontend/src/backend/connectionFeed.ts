import { orEmpty } from '../lib/orEmpty';

/** What the feed needs to know of a connection. */
interface Revised {
  readonly profile: string;
  readonly rev: number;
}

/**
 * The connections as several parts of the window follow them. All are told of a change by the same event and ask at
 * once: they share one question to the program, which each would else send anew at every step of every call.
 */
export class ConnectionFeed<T extends Revised> {
  readonly #ask: (after: number) => Promise<readonly T[]>;
  readonly #all = new Map<string, T>();
  #rev = 0;
  #asked: Promise<void> | undefined;

  /** `ask` gives the connections changed after a revision. */
  constructor(ask: (after: number) => Promise<readonly T[]>) {
    this.#ask = ask;
  }

  /** The connections changed after a revision, as they are now: the question goes out after this was called. */
  async after(rev: number): Promise<T[]> {
    await (this.#asked ??= Promise.resolve().then(() => this.#pull()));
    return [...this.#all.values()].filter((connection) => connection.rev > rev);
  }

  async #pull(): Promise<void> {
    this.#asked = undefined; // who asks from here on may want to know what this answer does not tell
    for (const connection of orEmpty(await this.#ask(this.#rev))) {
      // An answer overtaken by a later one would take a state back.
      if (connection.rev <= (this.#all.get(connection.profile)?.rev ?? -1)) continue;
      this.#rev = Math.max(this.#rev, connection.rev);
      this.#all.set(connection.profile, connection);
    }
  }
}
