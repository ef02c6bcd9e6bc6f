/** One line of what an app said, or was refused. */
export interface AppLine {
  /** Unix microseconds. */
  readonly at: number;
  readonly level: string;
  readonly text: string;
}

type List = 'log' | 'messages' | 'refused';

/** Lines of each list that are kept, and characters of one. */
const maxLines = 500;
const maxChars = 4000;
/** Milliseconds between two lots of lines that are shown. */
const between = 100;

/** What an app logged, what it sent to the conversation, and what was refused to it: the newest last. */
export class AppLines {
  log = $state.raw<readonly AppLine[]>([]);
  messages = $state.raw<readonly AppLine[]>([]);
  refused = $state.raw<readonly AppLine[]>([]);
  readonly #fresh: Record<List, AppLine[]> = { log: [], messages: [], refused: [] };
  #waiting = false;

  /** Adds a line; what comes fast is shown in lots. */
  add(to: List, level: string, text: string): void {
    const fresh = this.#fresh[to];
    fresh.push({ at: Date.now() * 1000, level, text: text.slice(0, maxChars) });
    if (fresh.length > maxLines) fresh.shift();
    if (this.#waiting) return;
    this.#waiting = true;
    setTimeout(() => this.#show(), between);
  }

  #show(): void {
    this.#waiting = false;
    for (const to of ['log', 'messages', 'refused'] as const) {
      const fresh = this.#fresh[to].splice(0);
      if (fresh.length > 0) this[to] = [...this[to], ...fresh].slice(-maxLines);
    }
  }
}
