import type { Backend } from '../backend';

/** Entries looked at in one step, so that a search can be given up between two. */
const stepLimit = 5000;

/** What a search tells: the numbers of entries that hold the text, and why it could not go on. */
export interface SearchTold {
  found(seqs: number[]): void;
  failed(error: unknown): void;
}

/** The text filter of the traffic: which entries hold it in a field, a header or a body. Go does the looking. */
export class TextSearch {
  readonly #source: Pick<Backend, 'match'>;
  readonly #told: SearchTold;
  #text = $state('');
  #searching = $state(false);
  #matched: Set<number> | undefined;
  /** Revision up to which was looked. */
  #next = 0;
  #asking: AbortController | undefined;

  constructor(source: Pick<Backend, 'match'>, told: SearchTold) {
    this.#source = source;
    this.#told = told;
  }

  get text(): string {
    return this.#text;
  }

  /** Whether the end of the log is not reached. */
  get searching(): boolean {
    return this.#searching;
  }

  /** Whether an entry is known to hold the text; every one does when there is none. */
  holds(seq: number): boolean {
    return !this.#matched || this.#matched.has(seq);
  }

  /** Another text: nothing holds it until `follow` says so. */
  begin(text: string): void {
    this.stop();
    this.#text = text;
    this.#matched = text ? new Set() : undefined;
    this.#next = 0;
  }

  /** Gives up what is under way. */
  stop(): void {
    this.#asking?.abort();
    this.#asking = undefined;
    this.#searching = false;
  }

  forget(seq: number): void {
    this.#matched?.delete(seq);
  }

  forgetAll(): void {
    this.#matched?.clear();
  }

  /** Looks on until a revision; one that runs already is asked again by its end. */
  async follow(rev: number): Promise<void> {
    if (!this.#text || this.#asking || this.#next >= rev) return;
    const asking = new AbortController();
    this.#asking = asking;
    this.#searching = true;
    try {
      while (this.#next < rev) {
        const after = this.#next;
        const found = await this.#source.match(this.#text, after, stepLimit, asking.signal);
        if (asking.signal.aborted) return;
        this.#take(found.seqs);
        if (found.next <= after) break;
        this.#next = found.next;
      }
    } catch (error) {
      if (!asking.signal.aborted) this.#told.failed(error);
    } finally {
      if (this.#asking === asking) this.stop();
    }
  }

  #take(seqs: number[]): void {
    const more = seqs.filter((seq) => !this.#matched?.has(seq));
    for (const seq of more) this.#matched?.add(seq);
    if (more.length > 0) this.#told.found(more);
  }
}
