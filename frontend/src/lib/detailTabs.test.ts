import { expect, it } from 'vitest';
import { exchangeOf, tabFor, tabsOf } from './detailTabs';
import type { RowEntry } from './trafficRows';

const row = (over: Partial<RowEntry>): RowEntry => ({ seq: 7, conn: 'a', time: 0, kind: 'frame', bytes: 1, ...over });

it.each([
  { over: {}, tabs: 'message raw', exchange: undefined },
  { over: { exchange: 3 }, tabs: 'message http timing call raw', exchange: 3 },
  { over: { kind: 'http' }, tabs: 'http timing call raw', exchange: 7 },
  { over: { kind: 'sse', exchange: 3 }, tabs: 'message http timing call raw', exchange: 3 },
  { over: { message: 'response', method: 'tools/call' }, tabs: 'message result raw', exchange: undefined },
  {
    over: { message: 'request', method: 'tools/call', pair: 9, exchange: 3 },
    tabs: 'message result http timing call raw',
    exchange: 3,
  },
  { over: { message: 'request', method: 'tools/call' }, tabs: 'message raw', exchange: undefined },
  { over: { message: 'error', method: 'tools/call' }, tabs: 'message raw', exchange: undefined },
  { over: { kind: 'stderr' }, tabs: 'message raw', exchange: undefined },
  { over: { kind: 'lifecycle' }, tabs: 'message', exchange: undefined },
  { over: { kind: 'of next year' }, tabs: 'message', exchange: undefined },
])('$over: $tabs', ({ over, tabs, exchange }) => {
  expect([tabsOf(row(over)).join(' '), exchangeOf(row(over))]).toEqual([tabs, exchange]);
});

it('keeps the wanted tab where it applies', () => {
  expect([
    tabFor(row({ exchange: 3 }), 'timing'),
    tabFor(row({}), 'timing'),
    tabFor(row({ kind: 'http' }), 'message'),
  ]).toEqual(['timing', 'message', 'http']);
});
