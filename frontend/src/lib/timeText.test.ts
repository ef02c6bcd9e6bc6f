import { expect, it } from 'vitest';
import { parseTime, timeProblem, timeText } from './timeText';

it.each([
  ['', 0],
  ['0', 0],
  ['30 s', 30_000],
  ['30s', 30_000],
  ['500ms', 500],
  ['1.5 s', 1500],
  ['1,5 s', 1500],
  [' 2 MIN ', 120_000],
  ['2 minutes', 120_000],
  ['1 min 30 s', 90_000],
  ['1h', 3_600_000],
  ['0.25 ms', 0],
])('reads %j', (text, ms) => {
  expect(parseTime(text)).toBe(ms);
});

it.each(['30', '-1 s', 's', '30 x', '30 s!', 'soon', '1e3 s', '5 ss'])('does not read %j', (text) => {
  expect(parseTime(text)).toBeUndefined();
  expect(timeProblem(text)).toContain('30 s');
});

it.each([1, 500, 1000, 1500, 30_000, 90_000, 119_999, 120_000, 3_600_000, 5_400_000, 86_400_000])(
  'writes %d so that it reads the same',
  (ms) => {
    expect(parseTime(timeText(ms))).toBe(ms);
    expect(timeProblem(timeText(ms))).toBe('');
  },
);

it('uses the unit that suits', () => {
  expect([0, 500, 30_000, 1500, 90_000, 120_000, 5_400_000].map(timeText)).toEqual([
    '',
    '500 ms',
    '30 s',
    '1.5 s',
    '1 min 30 s',
    '2 min',
    '1 h 30 min',
  ]);
});

it('has limits', () => {
  expect(timeProblem('25 h')).toContain('longest');
  expect(timeProblem('0.2 ms')).toContain('shortest');
  expect(timeProblem('30')).toContain('Of what?');
});
