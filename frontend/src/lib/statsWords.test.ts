import { describe, expect, it } from 'vitest';
import { change, changeWords, sortRows, type Row } from './statsWords';

const row = (name: string, p95: number, bytesIn = 0): Row => ({
  name,
  dir: 'out',
  count: 1,
  answered: 1,
  errors: 0,
  open: 0,
  p50: 1,
  p95,
  p99: 1,
  max: 1,
  bytesIn,
  bytesOut: 1,
});

describe('statistics', () => {
  it('sort by a column, equal ones by name', () => {
    const rows = [row('b', 5), row('a', 5), row('c', 9, 100)];
    expect(sortRows(rows, 'p95', true).map((r) => r.name)).toEqual(['c', 'a', 'b']);
    expect(sortRows(rows, 'name', false).map((r) => r.name)).toEqual(['a', 'b', 'c']);
    expect(sortRows(rows, 'bytes', false).map((r) => r.name)).toEqual(['a', 'b', 'c']);
  });

  it('tell what became slower or faster, and nothing of noise', () => {
    expect(changeWords(change(150, 100))).toBe('+50 %');
    expect(changeWords(change(50, 100))).toBe('−50 %');
    expect(changeWords(change(102, 100))).toBe('');
    expect(changeWords(change(100, undefined))).toBe('');
    expect(changeWords(change(100, 0))).toBe('');
  });
});
