import { describe, expect, it } from 'vitest';
import { captureGroups, dayOf, lasted, captureRuns } from './captureList';

const noon = new Date(2026, 10, 21, 12).getTime() * 1000;
const hour = 3_600_000_000;
const one = (id: string, server: string, began: number, over = {}) => ({
  id,
  server,
  target: '',
  name: '',
  comment: '',
  began,
  last: began + hour,
  ended: began + hour,
  ...over,
});

it('groups captures by server and day, the newest first', () => {
  const list = [
    one('1:a', 'B', noon - 25 * hour),
    one('2:a', 'A', noon - 2 * hour),
    one('2:b', 'B', noon - hour, { name: 'needle' }),
  ];
  const brief = (text: string) =>
    captureGroups(list, text, noon).map((g) => [
      g.server,
      ...g.days.map((d) => [d.day, ...d.captures.map((c) => c.id)]),
    ]);
  expect(brief('')).toEqual([
    ['B', ['Today', '2:b'], ['Yesterday', '1:a']],
    ['A', ['Today', '2:a']],
  ]);
  expect(brief('NEEDLE')).toEqual([['B', ['Today', '2:b']]]);
  expect(dayOf(noon - 72 * hour, noon)).toContain('2026');
});

it('tells how long a connection lasted', () => {
  expect(lasted(one('1:a', 'A', noon))).toBe('1 h 00 min');
  expect(lasted(one('1:a', 'A', noon, { ended: 0 }))).toBe('connected');
});

const inRun = (id: string, began: number, ended: number, server = 'S') => ({
  id,
  run: Number(id.split(':')[0]),
  server,
  target: '',
  name: '',
  comment: '',
  began,
  last: ended,
  ended,
  entries: 10,
});

describe('captures by run', () => {
  const list = [inRun('2:c2', 60, 0), inRun('2:c1', 50, 70), inRun('1:c1', 10, 40, 'Other')];

  it('tells the newest run first, its connections as they began, and that one lasts', () => {
    const runs = captureRuns(list, '');
    expect(runs.map(({ run, began, ended, entries }) => [run, began, ended, entries])).toEqual([
      [2, 50, 0, 20],
      [1, 10, 40, 10],
    ]);
    expect(runs[0]?.captures.map(({ id }) => id)).toEqual(['2:c1', '2:c2']);
  });

  it('holds what is searched for only', () => {
    expect(captureRuns(list, ' oTher ').map(({ run }) => run)).toEqual([1]);
  });
});
