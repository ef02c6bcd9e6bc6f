/** One side of a comparison: what it is, and where its text comes from. */
export interface CompareSide {
  /** What it is, in a few words: "tools/call echo #12, answer". */
  readonly title: string;
  /** What else is worth knowing: when, of which server. */
  readonly note?: string;
  /** The text, fetched when the comparison is opened. */
  readonly load: (signal: AbortSignal) => Promise<string>;
}

/** What is compared: one side is picked, then the other; both are then shown until that is closed. */
export class Compare {
  #picked = $state.raw<CompareSide | null>(null);
  #pair = $state.raw<readonly [CompareSide, CompareSide] | null>(null);

  /** The side that waits for the other. */
  get picked(): CompareSide | null {
    return this.#picked;
  }

  /** What is shown, the older one first. */
  get pair(): readonly [CompareSide, CompareSide] | null {
    return this.#pair;
  }

  /** Takes a side: the first waits, the second is compared with it. */
  pick(side: CompareSide): void {
    const first = this.#picked;
    if (first) this.show(first, side);
    else this.#picked = side;
  }

  /** Compares two sides at once. */
  show(before: CompareSide, after: CompareSide): void {
    this.#picked = null;
    this.#pair = [before, after];
  }

  swap(): void {
    const pair = this.#pair;
    if (pair) this.#pair = [pair[1], pair[0]];
  }

  /** Waits no longer for the other side. */
  forget(): void {
    this.#picked = null;
  }

  close(): void {
    this.#pair = null;
  }
}
