import { describe, expect, it } from 'vitest';
import { splitKey, splitMax, splitSize } from './splitSize';

const limits = { min: 100, minOther: 200, whole: 800 };

describe('splitSize', () => {
  it.each([
    { name: 'inside', wanted: 300, want: 300 },
    { name: 'below the minimum', wanted: 20, want: 100 },
    { name: 'over the other pane', wanted: 790, want: 600 },
    { name: 'whole pixels', wanted: 300.6, want: 301 },
  ])('$name', ({ wanted, want }) => {
    expect(splitSize(wanted, limits)).toBe(want);
  });

  it('keeps a stored size while nothing is measured', () => {
    expect(splitSize(5000, { ...limits, whole: 0 })).toBe(5000);
  });

  it('keeps the own minimum in a window too small for both', () => {
    expect(splitMax({ ...limits, whole: 150 })).toBe(100);
  });
});

describe('splitKey', () => {
  it.each<[string, boolean, 'first' | 'second', boolean, number | undefined]>([
    ['ArrowRight', false, 'first', false, 316],
    ['ArrowRight', false, 'second', false, 284],
    ['ArrowLeft', true, 'second', false, 364],
    ['ArrowUp', false, 'second', true, 316],
    ['ArrowDown', false, 'second', true, 284],
    ['ArrowUp', false, 'second', false, undefined],
    ['Home', false, 'first', true, 100],
    ['End', false, 'first', true, 600],
    ['Home', false, 'second', true, 600],
    ['End', false, 'second', true, 100],
    ['a', false, 'first', true, undefined],
  ])('%s (large %s) sizing the %s pane, stacked %s', (key, large, side, stacked, want) => {
    expect(splitKey(key, large, 300, side, stacked, limits)).toBe(want);
  });
});
