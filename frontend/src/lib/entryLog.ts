/** What an entry needs to be kept in order: its place, and the revision it was told at. */
export interface Numbered {
  seq: number;
  rev: number;
}

/**
 * Entries by their sequence number, in chunks: adding or replacing one costs the same however many there are, and
 * an update that comes before its older neighbours finds its place by itself. Holding a page twice changes nothing.
 */
export class EntryLog<T extends Numbered> {
  readonly #chunks = new Map<number, (T | undefined)[]>();
  #size = 0;
  #last = -1;

  /** Entries held. */
  get size(): number {
    return this.#size;
  }

  /** Highest sequence number ever held, -1 when none was. */
  get last(): number {
    return this.#last;
  }

  get(seq: number): T | undefined {
    return this.#chunks.get(chunkOf(seq))?.[seq % chunkSize];
  }

  /** Keeps an entry: "new", "changed", or "same" when what is held is as new. */
  put(entry: T): 'new' | 'changed' | 'same' {
    const key = chunkOf(entry.seq);
    let chunk = this.#chunks.get(key);
    if (!chunk) {
      chunk = new Array<T | undefined>(chunkSize).fill(undefined);
      this.#chunks.set(key, chunk);
    }
    const slot = entry.seq % chunkSize;
    const held = chunk[slot];
    if (held && held.rev >= entry.rev) return 'same';
    chunk[slot] = entry;
    if (held) return 'changed';
    this.#size++;
    this.#last = Math.max(this.#last, entry.seq);
    return 'new';
  }

  /** Every entry held, by rising sequence number. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (const key of [...this.#chunks.keys()].sort((a, b) => a - b)) {
      for (const entry of this.#chunks.get(key) ?? []) if (entry) yield entry;
    }
  }

  /** Forgets entries below a sequence number; tells each that went. */
  dropBelow(seq: number, told: (entry: T) => void): void {
    // Numbers only grow, so the lowest chunk is known; empty ranges (a cleared log) are jumped over.
    for (const key of [...this.#chunks.keys()].filter((k) => k <= chunkOf(seq)).sort((a, b) => a - b)) {
      const chunk = this.#chunks.get(key) ?? [];
      let left = 0;
      chunk.forEach((entry, slot) => {
        if (!entry) return;
        if (entry.seq >= seq) {
          left++;
          return;
        }
        chunk[slot] = undefined;
        this.#size--;
        told(entry);
      });
      if (left === 0) this.#chunks.delete(key);
    }
  }

  /** The lowest sequence number that leaves at most `max` entries, to within a chunk; 0 when all may stay. */
  floorFor(max: number): number {
    let over = this.#size - max;
    if (over <= 0) return 0;
    for (const key of [...this.#chunks.keys()].sort((a, b) => a - b)) {
      over -= (this.#chunks.get(key) ?? []).reduce((n, entry) => n + (entry ? 1 : 0), 0);
      if (over <= 0) return (key + 1) * chunkSize;
    }
    return 0;
  }

  clear(): void {
    this.#chunks.clear();
    this.#size = 0;
  }
}

const chunkSize = 1024;

function chunkOf(seq: number): number {
  return Math.floor(seq / chunkSize);
}

/**
 * Merges sorted numbers into sorted numbers, in place when they all come behind (the usual case while following).
 * Numbers present already are left out.
 */
export function mergeSorted(into: number[], more: number[]): number[] {
  if (more.length === 0) return into;
  const last = into[into.length - 1] ?? -1;
  if ((more[0] ?? 0) > last) {
    for (const n of more) into.push(n);
    return into;
  }
  const out: number[] = [];
  let i = 0;
  for (const n of more) {
    for (let held = into[i]; held !== undefined && held < n; held = into[i]) {
      out.push(held);
      i++;
    }
    if (into[i] !== n && out[out.length - 1] !== n) out.push(n);
  }
  for (; i < into.length; i++) out.push(into[i] ?? 0);
  return out;
}

/** Index of a number in sorted numbers, or -1. */
export function indexOfSorted(sorted: readonly number[], n: number): number {
  const at = lowerBound(sorted, n);
  return sorted[at] === n ? at : -1;
}

/** Index of the first number that is not below n. */
export function lowerBound(sorted: readonly number[], n: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if ((sorted[mid] ?? 0) < n) low = mid + 1;
    else high = mid;
  }
  return low;
}
