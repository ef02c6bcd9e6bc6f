import { describe, expect, it } from 'vitest';
import { readTime, windowOf, writeTime } from './timeRange';
import { withWindow } from './timeScale';

describe('times that are written', () => {
  const us = 1_795_286_541_234_567;

  it('come back to the millisecond, the last microsecond of it at an end', () => {
    expect(readTime(writeTime(us))).toBe(1_795_286_541_234_000);
    expect(readTime(writeTime(us), true)).toBe(1_795_286_541_234_999);
  });

  it('may be less exact, and mean all that is written so', () => {
    const minute = writeTime(us).slice(0, 16);
    const from = readTime(minute) ?? 0;
    expect(new Date(from / 1000).getSeconds()).toBe(0);
    expect((readTime(minute, true) ?? 0) - from).toBe(59_999_999);
    const second = writeTime(us).slice(0, 19);
    expect((readTime(second, true) ?? 0) - (readTime(second) ?? 0)).toBe(999_999);
  });

  it.each(['', 'today', '2026-02-31 10:00', '2026-11-21', '2026-11-21 25:00', '2026-11-21 10:00:00.1234567'])(
    'are none: %s',
    (text) => expect(readTime(text)).toBeUndefined(),
  );
});

it('finds the window a brush put into a filter', () => {
  const window = { from: 1_795_286_541_000_001, to: 1_795_286_542_999_999 };
  expect(windowOf(withWindow('echo', window))).toEqual(window);
  expect(windowOf('since:5m until:2026-11-21')).toBeUndefined();
  expect(windowOf('echo')).toBeUndefined();
});
