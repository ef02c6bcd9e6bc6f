import { describe, expect, it } from 'vitest';
import {
  clampWindow,
  exactTime,
  panWindow,
  shortest,
  tickLabel,
  ticks,
  timeAt,
  withWindow,
  xOf,
  zoomWindow,
} from './timeScale';

const bounds = { from: 1_000_000, to: 61_000_000 };

describe('a window of time', () => {
  it('stays within bounds and keeps its length', () => {
    expect(clampWindow({ from: -5_000_000, to: 5_000_000 }, bounds)).toEqual({ from: 1_000_000, to: 11_000_000 });
    expect(clampWindow({ from: 60_000_000, to: 70_000_000 }, bounds)).toEqual({ from: 51_000_000, to: 61_000_000 });
    expect(clampWindow({ from: 0, to: 1e9 }, bounds)).toEqual(bounds);
  });

  it('zooms around a time that stays where it is', () => {
    const at = 20_000_000;
    const was = xOf(at, bounds, 1000);
    const near = zoomWindow(bounds, 0.5, at, bounds);
    expect(near.to - near.from).toBe(30_000_000);
    expect(xOf(at, near, 1000)).toBeCloseTo(was, 6);
    expect(timeAt(was, near, 1000)).toBeCloseTo(at, 3);
    let tiny = near;
    for (let i = 0; i < 60; i++) tiny = zoomWindow(tiny, 0.5, at, bounds);
    expect(tiny.to - tiny.from).toBe(shortest);
    expect(zoomWindow(tiny, 1e12, at, bounds)).toEqual(bounds);
  });

  it('moves by a share of its length', () => {
    const window = { from: 1_000_000, to: 11_000_000 };
    expect(panWindow(window, 0.5, bounds)).toEqual({ from: 6_000_000, to: 16_000_000 });
    expect(panWindow(window, -3, bounds)).toEqual(window);
  });
});

describe('ticks', () => {
  it('stand at round times with room between', () => {
    const found = ticks(bounds, 900);
    expect(found.length).toBeGreaterThan(3);
    expect(found.length).toBeLessThanOrEqual(10);
    for (const { time } of found) expect(time % 5_000_000).toBe(0);
  });

  it('are as precise as they have to be, down to microseconds', () => {
    const noon = new Date(2026, 10, 21, 12, 30, 5).getTime() * 1000 + 123_456;
    expect(tickLabel(noon, 60_000_000)).toBe('12:30');
    expect(tickLabel(noon, 1_000_000)).toBe('12:30:05');
    expect(tickLabel(noon, 1000)).toBe('05.123');
    expect(tickLabel(noon, 1)).toBe('05.123456');
    expect(tickLabel(noon, 86_400_000_000)).toBe('11/21');
  });

  it('are none without room', () => {
    expect(ticks(bounds, 0)).toEqual([]);
  });
});

describe('the filter of a window', () => {
  it('is exact to the microsecond', () => {
    expect(exactTime(Date.UTC(2026, 10, 21, 18, 30, 0) * 1000 + 7)).toBe('2026-11-21T18:30:00.000007Z');
  });

  it('takes the place of the one before', () => {
    const window = { from: Date.UTC(2026, 0, 1) * 1000, to: Date.UTC(2026, 0, 1) * 1000 + 5 };
    const one = withWindow('method:ping since:5m', window);
    expect(one).toBe('method:ping since:2026-01-01T00:00:00.000000Z until:2026-01-01T00:00:00.000005Z');
    expect(withWindow(one, undefined)).toBe('method:ping');
    expect(withWindow('', window)).not.toContain('  ');
  });
});
