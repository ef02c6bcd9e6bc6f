import type { wire } from '../backend';

/** Rows kept: some hundred screens of them. */
const most = 6000;

interface Held {
  entry: wire.Entry;
  rev: number;
}

/**
 * The rows of a view around what is looked at, by their index. What was read at an older revision is shown until it is
 * read anew.
 */
export class RowCache {
  readonly #rows = new Map<number, Held>();
  readonly #indexes = new Map<number, number>();

  get(index: number): wire.Entry | undefined {
    return this.#rows.get(index)?.entry;
  }

  /** An entry by its number, if its row is held. */
  bySeq(seq: number): wire.Entry | undefined {
    const index = this.#indexes.get(seq);
    return index === undefined ? undefined : this.#rows.get(index)?.entry;
  }

  /** The row an entry stands in, as far as is known here, or -1. */
  indexOf(seq: number): number {
    return this.#indexes.get(seq) ?? -1;
  }

  /** Takes rows in that were read at a revision. */
  put(index: number, entries: readonly wire.Entry[], rev: number): void {
    entries.forEach((entry, i) => this.#set(index + i, { entry, rev }));
    if (this.#rows.size > most) this.#thin(index + entries.length / 2);
  }

  #set(index: number, held: Held): void {
    this.#remove(index);
    // An entry that moved stands in one row only.
    const before = this.#indexes.get(held.entry.seq);
    if (before !== undefined) this.#rows.delete(before);
    this.#rows.set(index, held);
    this.#indexes.set(held.entry.seq, index);
  }

  #remove(index: number): void {
    const held = this.#rows.get(index);
    if (!held) return;
    this.#rows.delete(index);
    this.#indexes.delete(held.entry.seq);
  }

  #thin(middle: number): void {
    for (const index of [...this.#rows.keys()]) if (Math.abs(index - middle) > most / 4) this.#remove(index);
  }

  /** Forgets what stands at an index or behind: the view has fewer rows now. */
  cut(count: number): void {
    for (const index of [...this.#rows.keys()]) if (index >= count) this.#remove(index);
  }

  /** The rows of a range that are missing or older than a revision, as one range; undefined when all are there. */
  missing(first: number, end: number, rev: number): { first: number; end: number } | undefined {
    const wants = (index: number): boolean => (this.#rows.get(index)?.rev ?? -1) < rev;
    let from = first;
    while (from < end && !wants(from)) from++;
    if (from >= end) return undefined;
    let to = end;
    while (to > from && !wants(to - 1)) to--;
    return { first: from, end: to };
  }

  clear(): void {
    this.#rows.clear();
    this.#indexes.clear();
  }
}
