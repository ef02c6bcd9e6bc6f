import { expect, it } from 'vitest';
import { captureGroups, dayOf, lasted } from './captureList';

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
