import { describe, expect, test } from 'vitest';
import {
  edges,
  folded,
  gap,
  maxCanvas,
  maxHeight,
  maxPages,
  maxSide,
  occurrences,
  pageAt,
  sharpness,
  soundScale,
  soundSize,
} from './pdfLayout';

describe('sizes', () => {
  test('a page of a usual size stays what it is', () => {
    expect(soundSize(816, 1056)).toEqual({ width: 816, height: 1056, factor: 1 });
  });

  test.each([
    [0, 100],
    [-1, 100],
    [NaN, 100],
    [Infinity, 100],
    [1e200, 1e200],
  ])('%d by %d is no size', (width, height) => {
    expect(soundSize(width, height)).toEqual({ width: 816, height: 1056, factor: 1 });
  });

  test('a huge page is made smaller and keeps its shape', () => {
    const { width, height, factor } = soundSize(1e7, 5e6);
    expect(width).toBeCloseTo(maxSide);
    expect(width / height).toBeCloseTo(2);
    expect(1e7 * factor).toBeCloseTo(width);
  });

  test('a strip has an inside', () => {
    expect(soundSize(1e6, 1e-6).height).toBe(1);
  });

  test('a canvas stays below its limit', () => {
    expect(sharpness(800, 1000, 2)).toBe(2);
    const sharp = sharpness(19_200, 19_200, 2);
    expect(19_200 * sharp * 19_200 * sharp).toBeLessThanOrEqual(maxCanvas * 1.000001);
  });
});

describe('scale', () => {
  test.each([
    [1, 1],
    [NaN, 1],
    [99, 5],
    [0.0001, 0.1],
  ])('%d becomes %d', (scale, want) => {
    expect(soundScale(scale, 1000)).toBe(want);
  });

  test('a long file is not taller than a browser can count', () => {
    const height = maxPages * maxSide;
    expect(soundScale(5, height) * height).toBeLessThanOrEqual(maxHeight * 1.000001);
  });
});

test('pages stand one under the other, and each is found in its stretch', () => {
  const sizes = Array.from({ length: 1000 }, (_, i) => ({ width: 100, height: 50 + (i % 7) }));
  const tops = edges(sizes, 1.5);
  expect(tops[0]).toBe(gap);
  for (let i = 0; i < sizes.length; i++) {
    const [top = 0, next = 0] = [tops[i], tops[i + 1]];
    expect(next - top).toBe(Math.ceil((sizes[i]?.height ?? 0) * 1.5) + gap);
    expect(pageAt(tops, top)).toBe(i);
    expect(pageAt(tops, next - 1)).toBe(i);
  }
  expect(pageAt(tops, -5)).toBe(0);
  expect(pageAt(tops, 1e9)).toBe(999);
  expect(pageAt(new Float64Array(), 5)).toBe(0);
});

test.each(['Straße', 'İstanbul', 'a\u00a0b\tc\nd', 'ﬁne', '😀 A'])('%j keeps its places when it is folded', (text) => {
  expect(folded(text).length).toBe(text.length);
});

test('a text is found where it stands, and no more often than asked for', () => {
  expect(occurrences(folded('Needle, needle'), folded('NEEDLE'), 10)).toEqual([0, 8]);
  expect(occurrences('aaaa', 'aa', 10)).toEqual([0, 2]);
  expect(occurrences('aaaa', 'a', 3)).toEqual([0, 1, 2]);
  expect(occurrences('aaaa', '', 3)).toEqual([]);
});
