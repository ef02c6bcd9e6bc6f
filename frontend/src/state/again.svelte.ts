/** Requests of the traffic that are to be sent once more. */
export interface Asked {
  /** Requests, or what belongs to them: answers stand for theirs. */
  readonly seqs: readonly number[];
  /** What they are called in the question. */
  readonly title: string;
}

/** The question on which server requests are to be sent again, as they are or changed. Its dialog is a late part. */
export class Again {
  #asked = $state.raw<Asked | null>(null);

  get asked(): Asked | null {
    return this.#asked;
  }

  ask(seqs: readonly number[], title: string): void {
    this.#asked = { seqs, title };
  }

  close(): void {
    this.#asked = null;
  }
}

export const again = new Again();
