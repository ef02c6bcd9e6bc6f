import { describe, expect, it } from 'vitest';
import { EntryLog, indexOfSorted, lowerBound, mergeSorted } from './entryLog';

const entry = (seq: number, rev = seq) => ({ seq, rev });
const seqs = (log: EntryLog<{ seq: number; rev: number }>) => [...log].map((e) => e.seq);

describe('EntryLog', () => {
  it('orders entries by number, whatever order they come in', () => {
    const log = new EntryLog<{ seq: number; rev: number }>();
    for (const e of [entry(6, 6), entry(2050, 7), entry(5, 8), entry(1, 9)]) log.put(e);
    expect(seqs(log)).toEqual([1, 5, 6, 2050]);
    expect([log.size, log.last]).toEqual([4, 2050]);
  });

  it('tells new, changed and same, and never goes back to an older revision', () => {
    const log = new EntryLog<{ seq: number; rev: number }>();
    const got = [entry(5, 5), entry(5, 5), entry(5, 9), entry(5, 7)].map((e) => log.put(e));
    expect(got).toEqual(['new', 'same', 'changed', 'same']);
    expect(log.get(5)?.rev).toBe(9);
    expect(log.size).toBe(1);
  });

  it('forgets what is below a number', () => {
    const log = new EntryLog<{ seq: number; rev: number }>();
    for (let seq = 1; seq <= 5000; seq++) log.put(entry(seq));
    let told = 0;
    log.dropBelow(3000, () => told++);
    expect([log.size, told, log.get(2999), log.get(3000)?.seq]).toEqual([2001, 2999, undefined, 3000]);
  });

  it.each([
    { max: 10_000, want: 0 },
    { max: 4000, want: 1024 },
    { max: 1000, want: 4096 },
  ])('keeps at most $max: floor $want', ({ max, want }) => {
    const log = new EntryLog<{ seq: number; rev: number }>();
    for (let seq = 1; seq <= 5000; seq++) log.put(entry(seq));
    expect(log.floorFor(max)).toBe(want);
  });

  it('clears', () => {
    const log = new EntryLog<{ seq: number; rev: number }>();
    log.put(entry(3));
    log.clear();
    expect([log.size, seqs(log), log.last]).toEqual([0, [], 3]);
  });
});

describe('mergeSorted', () => {
  it.each([
    { name: 'nothing', into: [1, 2], more: [], want: [1, 2] },
    { name: 'behind', into: [1, 2], more: [3, 4], want: [1, 2, 3, 4] },
    { name: 'between', into: [1, 4, 9], more: [2, 5, 10], want: [1, 2, 4, 5, 9, 10] },
    { name: 'before', into: [5], more: [1], want: [1, 5] },
    { name: 'present already', into: [1, 4, 9], more: [4, 9], want: [1, 4, 9] },
    { name: 'repeated', into: [5], more: [1, 1], want: [1, 5] },
    { name: 'into nothing', into: [], more: [1, 2], want: [1, 2] },
  ])('$name', ({ into, more, want }) => {
    expect(mergeSorted(into, more)).toEqual(want);
  });
});

it('finds numbers', () => {
  expect([indexOfSorted([1, 4, 9], 4), indexOfSorted([1, 4, 9], 5), lowerBound([1, 4, 9], 5)]).toEqual([1, -1, 2]);
});
