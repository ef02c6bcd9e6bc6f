import { describe, expect, it } from 'vitest';
import { isAtEnd, moveIndex, scrollToRow, windowRows, type Align } from './windowRows';

describe('windowRows', () => {
  it.each([
    // scrollTop, height, count, rowHeight, overscan -> first, end
    { name: 'empty', args: [0, 240, 0, 24, 4], want: [0, 0, 0] },
    { name: 'no row height', args: [0, 240, 10, 0, 4], want: [0, 0, 0] },
    { name: 'top', args: [0, 240, 1000, 24, 4], want: [0, 14, 24000] },
    { name: 'middle', args: [2400, 240, 1000, 24, 4], want: [96, 114, 24000] },
    { name: 'between two rows', args: [2412, 240, 1000, 24, 0], want: [100, 111, 24000] },
    { name: 'end', args: [23760, 240, 1000, 24, 4], want: [986, 1000, 24000] },
    { name: 'beyond the end, as after a filter', args: [23760, 240, 20, 24, 0], want: [10, 20, 480] },
    { name: 'rubber band above the top', args: [-50, 240, 1000, 24, 0], want: [0, 10, 24000] },
    { name: 'fewer rows than the view', args: [0, 240, 3, 24, 4], want: [0, 3, 72] },
    { name: 'no height yet', args: [0, 0, 1000, 24, 4], want: [0, 4, 24000] },
  ])('$name', ({ args, want }) => {
    const [scrollTop, height, count, rowHeight, overscan] = args as [number, number, number, number, number];
    const got = windowRows(scrollTop, height, count, rowHeight, overscan);
    expect([got.first, got.end, got.total]).toEqual(want);
  });
});

describe('scrollToRow', () => {
  it.each<{ name: string; index: number; align: Align; from: number; want: number }>([
    { name: 'in view stays', index: 105, align: 'nearest', from: 2400, want: 2400 },
    { name: 'above comes to the top', index: 50, align: 'nearest', from: 2400, want: 1200 },
    { name: 'below comes to the bottom', index: 200, align: 'nearest', from: 2400, want: 4584 },
    { name: 'start', index: 200, align: 'start', from: 0, want: 4800 },
    { name: 'center', index: 200, align: 'center', from: 0, want: 4692 },
    { name: 'end', index: 200, align: 'end', from: 0, want: 4584 },
    { name: 'never beyond the end', index: 999, align: 'start', from: 0, want: 23760 },
    { name: 'never above the top', index: 0, align: 'center', from: 500, want: 0 },
  ])('$name', ({ index, align, from, want }) => {
    expect(scrollToRow(index, align, from, 240, 1000, 24)).toBe(want);
  });
});

describe('isAtEnd', () => {
  it.each([
    [0, 240, 100, true],
    [760, 240, 1000, true],
    [757.3, 240, 1000, true],
    [700, 240, 1000, false],
  ])('%d + %d of %d: %s', (scrollTop, height, total, want) => {
    expect(isAtEnd(scrollTop, height, total)).toBe(want);
  });
});

describe('moveIndex', () => {
  it.each<[string, number, number | undefined]>([
    ['ArrowDown', -1, 0],
    ['ArrowDown', 99, 99],
    ['ArrowUp', -1, 99],
    ['ArrowUp', 0, 0],
    ['PageDown', 5, 15],
    ['PageUp', 5, 0],
    ['PageUp', -1, 99],
    ['Home', 50, 0],
    ['End', -1, 99],
    ['x', 5, undefined],
  ])('%s from %d', (key, active, want) => {
    expect(moveIndex(key, active, 100, 10)).toBe(want);
  });

  it('goes nowhere in an empty list', () => {
    expect(moveIndex('End', -1, 0, 10)).toBeUndefined();
  });
});
