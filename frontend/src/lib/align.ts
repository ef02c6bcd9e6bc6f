/**
 * Aligns two sequences: which item of the first is which of the second. Items that are there once on both sides hold
 * the rest (patience), what is between them is aligned by the fewest edits (Myers). The work yields, so that a long
 * sequence does not hold up the page.
 */

/** Edits between two anchors that are still counted out; beyond it what is between them counts as changed altogether. */
export const maxEdits = 1000;

export interface Alignment {
  /** For each item of the first sequence its place in the second, or -1; rising where it is not -1. */
  readonly to: Int32Array;
  /** Some part differed by more than maxEdits: what is told of it is right, and not the least. */
  readonly rough: boolean;
}

type Numbers = ArrayLike<number>;
interface Range {
  readonly a: number;
  readonly aEnd: number;
  readonly b: number;
  readonly bEnd: number;
}

/** Aligns two sequences of numbers: equal numbers are equal items. */
export function* align(a: Numbers, b: Numbers): Generator<void, Alignment> {
  const to = new Int32Array(a.length).fill(-1);
  let rough = false;
  const open: Range[] = [{ a: 0, aEnd: a.length, b: 0, bEnd: b.length }];
  for (let range = open.pop(); range; range = open.pop()) {
    yield;
    const rest = trim(a, b, range, to);
    if (rest.a === rest.aEnd || rest.b === rest.bEnd) continue;
    const anchors = yield* anchorsOf(a, b, rest);
    if (anchors.length > 0) {
      let { a: fromA, b: fromB } = rest;
      for (const [i, j] of anchors) {
        to[i] = j;
        open.push({ a: fromA, aEnd: i, b: fromB, bEnd: j });
        fromA = i + 1;
        fromB = j + 1;
      }
      open.push({ a: fromA, aEnd: rest.aEnd, b: fromB, bEnd: rest.bEnd });
    } else if (!(yield* fewestEdits(a, b, rest, to))) rough = true;
  }
  return { to, rough };
}

/** Takes away what is equal at both ends. */
function trim(a: Numbers, b: Numbers, range: Range, to: Int32Array): Range {
  let { a: i, aEnd, b: j, bEnd } = range;
  while (i < aEnd && j < bEnd && a[i] === b[j]) to[i++] = j++;
  while (i < aEnd && j < bEnd && a[aEnd - 1] === b[bEnd - 1]) to[--aEnd] = --bEnd;
  return { a: i, aEnd, b: j, bEnd };
}

/** The items that are there once on both sides, as far as they are in one order. */
function* anchorsOf(a: Numbers, b: Numbers, range: Range): Generator<void, (readonly [number, number])[]> {
  const inA = yield* once(a, range.a, range.aEnd);
  const inB = yield* once(b, range.b, range.bEnd);
  const pairs: (readonly [number, number])[] = [];
  for (let i = range.a; i < range.aEnd; i++) {
    if ((i & 0xfff) === 0) yield;
    const value = a[i] ?? 0;
    const j = inB.get(value) ?? -1;
    if (j >= 0 && inA.get(value) === i) pairs.push([i, j]);
  }
  const kept = rising(pairs.map((p) => p[1]));
  return kept.flatMap((k) => pairs.slice(k, k + 1));
}

/** Where each value stands that is there once; -1 for the others. */
function* once(list: Numbers, from: number, end: number): Generator<void, Map<number, number>> {
  const at = new Map<number, number>();
  for (let i = from; i < end; i++) {
    if ((i & 0xfff) === 0) yield;
    const value = list[i] ?? 0;
    at.set(value, at.has(value) ? -1 : i);
  }
  return at;
}

/** The places of a longest rising run of numbers, which are all different. */
export function rising(values: readonly number[]): number[] {
  const ends: number[] = [];
  const before = new Int32Array(values.length);
  for (const [i, value] of values.entries()) {
    let low = 0;
    let high = ends.length;
    while (low < high) {
      const mid = (low + high) >> 1;
      if ((values[ends[mid] ?? 0] ?? 0) < value) low = mid + 1;
      else high = mid;
    }
    before[i] = low > 0 ? (ends[low - 1] ?? -1) : -1;
    ends[low] = i;
  }
  const out: number[] = [];
  for (let i = ends[ends.length - 1] ?? -1; i >= 0; i = before[i] ?? -1) out.push(i);
  return out.reverse();
}

/** Myers' greedy algorithm; false when it takes more than maxEdits edits. */
function* fewestEdits(a: Numbers, b: Numbers, range: Range, to: Int32Array): Generator<void, boolean> {
  const n = range.aEnd - range.a;
  const m = range.bEnd - range.b;
  const most = Math.min(n + m, maxEdits);
  const width = most + 1;
  const reach = new Int32Array(2 * width + 1);
  const trace: Int32Array[] = [];
  for (let d = 0; d <= most; d++) {
    yield;
    trace.push(reach.slice(width - d, width + d + 1));
    for (let k = -d; k <= d; k += 2) {
      const down = k === -d || (k !== d && at(reach, width + k - 1) < at(reach, width + k + 1));
      let x = down ? at(reach, width + k + 1) : at(reach, width + k - 1) + 1;
      while (x < n && x - k < m && a[range.a + x] === b[range.b + x - k]) x++;
      reach[width + k] = x;
      if (x >= n && x - k >= m) {
        back(trace, range, n, m, to);
        return true;
      }
    }
  }
  return false;
}

const at = (list: Int32Array, i: number): number => list[i] ?? 0;

/** Goes the way of the fewest edits back, and notes what is equal on it. */
function back(trace: readonly Int32Array[], range: Range, n: number, m: number, to: Int32Array): void {
  let [x, y] = [n, m];
  for (let d = trace.length - 1; d >= 0 && (x > 0 || y > 0); d--) {
    const reach = trace[d] ?? new Int32Array();
    const k = x - y;
    const value = (diagonal: number): number => at(reach, diagonal + d);
    const down = k === -d || (k !== d && value(k - 1) < value(k + 1));
    const fromK = down ? k + 1 : k - 1;
    const fromX = d === 0 ? 0 : value(fromK);
    const fromY = fromX - fromK;
    while (x > Math.max(fromX, 0) && y > Math.max(fromY, 0)) {
      x--;
      y--;
      to[range.a + x] = range.b + y;
    }
    if (d > 0) [x, y] = [fromX, fromY];
  }
}
