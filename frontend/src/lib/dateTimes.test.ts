import { expect, it } from 'vitest';
import { fromLocal, isDate, toLocal } from './dateTimes';

it('knows a date there is', () => {
  expect(['2026-02-28', '2024-02-29', '2026-02-29', '2026-13-01', '26-1-1', 'soon', ''].map(isDate)).toEqual([
    true,
    true,
    false,
    false,
    false,
    false,
    false,
  ]);
});

it('takes a date-time to the local box and back', () => {
  const local = toLocal('2026-01-31T12:00:00Z');
  expect(local).toMatch(/^2026-0[12]-\d\dT\d\d:\d\d:00$/);
  expect(new Date(fromLocal(local ?? '')).toISOString()).toBe('2026-01-31T12:00:00.000Z');
  expect(fromLocal('2026-01-31T12:00')).toMatch(/^2026-01-31T12:00:00(Z|[+-]\d\d:\d\d)$/);
  expect(toLocal('2026-01-31')).toBeNull();
  expect(toLocal('2026-01-31T12:00:00')).toBeNull();
});
