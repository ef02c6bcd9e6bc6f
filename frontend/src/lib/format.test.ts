import { describe, expect, it } from 'vitest';
import { bytes, bytesExact, clock, count, countShort, duration, fullTime, plural, relative } from './format';

describe('bytes', () => {
  it.each<[number, string]>([
    [0, '0 B'],
    [812, '812 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [1234, '1.23 kB'],
    [12_340, '12.3 kB'],
    [123_400, '123 kB'],
    [999_499, '999 kB'],
    [999_500, '1.00 MB'],
    [50_000_000, '50.0 MB'],
    [3_210_000_000, '3.21 GB'],
    [3_210_000_000_000, '3210 GB'],
    [-5, '0 B'],
  ])('%d is %s', (n, want) => {
    expect(bytes(n)).toBe(want);
  });

  it('has an exact form', () => {
    expect([bytesExact(1), bytesExact(65536)]).toEqual(['1 byte', '65,536 bytes']);
  });
});

describe('duration', () => {
  it.each<[number, string]>([
    [0, '0 ms'],
    [4, '<0.01 ms'],
    [42, '0.04 ms'],
    [420, '0.42 ms'],
    [999, '1.00 ms'],
    [1230, '1.23 ms'],
    [9_996, '10.0 ms'],
    [12_340, '12.3 ms'],
    [99_960, '100 ms'],
    [123_400, '123 ms'],
    [999_600, '1.00 s'],
    [1_204_000, '1.20 s'],
    [12_340_000, '12.3 s'],
    [59_960_000, '1 min 00 s'],
    [125_000_000, '2 min 05 s'],
    [3_720_000_000, '1 h 02 min'],
  ])('%d µs is %s', (us, want) => {
    expect(duration(us)).toBe(want);
  });
});

describe('times', () => {
  const at = new Date(2026, 10, 21, 14, 3, 9, 42).getTime() * 1000 + 7;

  it('writes the local time of day', () => {
    expect(clock(at)).toBe('14:03:09.042');
  });

  it('writes the whole time with its offset', () => {
    expect(fullTime(at)).toMatch(/^2026-11-21 14:03:09\.042007 [+-]\d\d:\d\d$/);
  });

  it.each<[number, string]>([
    [420_000, '+0.420 s'],
    [65_001_000, '+65.001 s'],
    [-1_500_000, '-1.500 s'],
  ])('writes %d µs from a start as %s', (by, want) => {
    expect(relative(at + by, at)).toBe(want);
  });
});

describe('counts', () => {
  it.each<[string, string]>([
    [count(1_234_567), '1,234,567'],
    [plural(0, 'row'), '0 rows'],
    [plural(1, 'entry', 'entries'), '1 entry'],
    [plural(1200, 'entry', 'entries'), '1,200 entries'],
  ])('%s', (got, want) => {
    expect(got).toBe(want);
  });
});

it.each<[number, string]>([
  [0, '0'],
  [999, '999'],
  [1000, '1.0k'],
  [9949, '9.9k'],
  [9950, '10k'],
  [999_499, '999k'],
  [999_500, '1.0M'],
  [12_345_678, '12M'],
])('%d is %s in short', (n, want) => expect(countShort(n)).toBe(want));
