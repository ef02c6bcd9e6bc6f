import { describe, expect, it } from 'vitest';
import { ScrollSpan, tallest } from './scrollSpan';

const list = (place: { top: number; offset: number }) => place.top + place.offset;
const start = { top: 0, offset: 0 };

it('leaves a list that fits as it is', () => {
  const span = new ScrollSpan(24_000, 600);
  expect([span.tall, span.lowest, span.end]).toEqual([24_000, 23_400, 23_400]);
  expect(span.scrolled(1234.5, start)).toEqual({ top: 1234.5, offset: 0 });
  expect(span.to(99_999, start)).toEqual({ top: 23_400, offset: 0 });
});

describe('a list of ten million rows', () => {
  const span = new ScrollSpan(240_000_000, 600);

  it('is no taller than an element may be', () => expect(span.tall).toBe(tallest));

  it('goes by pixels for a short way', () => {
    const at = span.to(100_000_000, start);
    expect(list(at)).toBe(100_000_000);
    expect(list(span.scrolled(at.top + 120, at))).toBe(100_000_120);
    expect(list(span.scrolled(at.top - 120, at))).toBe(99_999_880);
  });

  it('goes by its share for a long one, to both ends', () => {
    expect(list(span.scrolled(span.lowest, start))).toBe(span.end);
    expect(list(span.scrolled(0, { top: span.lowest, offset: 232_000_000 }))).toBe(0);
    expect(list(span.scrolled(span.lowest / 2, start))).toBeCloseTo(span.end / 2, -1);
  });

  it('reaches both ends pixel by pixel', () => {
    let at = { top: 300, offset: 50_000 };
    for (let i = 0; i < 600 && list(at) > 0; i++) at = span.scrolled(Math.max(0, at.top - 100), at);
    expect(list(at)).toBe(0);
    at = { top: span.lowest - 300, offset: span.total - span.tall - 50_000 };
    for (let i = 0; i < 600 && list(at) < span.end; i++) at = span.scrolled(Math.min(span.lowest, at.top + 100), at);
    expect(list(at)).toBe(span.end);
  });

  it('moves the element little for a place that is near', () => {
    const at = span.to(100_000_000, start);
    expect(span.to(100_000_500, at)).toEqual({ top: at.top + 500, offset: at.offset });
    expect(list(span.to(0, at))).toBe(0);
    expect(list(span.to(240_000_000, at))).toBe(span.end);
  });

  it('keeps its place when the list shrinks to one that fits', () => {
    const small = new ScrollSpan(2400, 600);
    expect(small.scrolled(1800, { top: 4_000_000, offset: 116_000_000 })).toEqual({ top: 1800, offset: 0 });
  });
});
