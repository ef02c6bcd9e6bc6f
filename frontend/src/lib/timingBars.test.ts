import { expect, it } from 'vitest';
import { timingBars } from './timingBars';

const none = { dns: 0, connect: 0, tls: 0, wait: 0, transfer: 0, total: 0 };

it.each([
  { name: 'nothing known', t: none, want: [] },
  {
    name: 'a new connection',
    t: { dns: 100, connect: 200, tls: 300, wait: 300, transfer: 100, total: 1000 },
    want: ['dns 0+10', 'connect 10+20', 'tls 30+30', 'wait 60+30', 'transfer 90+10'],
  },
  {
    name: 'a reused one',
    t: { ...none, wait: 600, transfer: 200, total: 1000 },
    want: ['other 0+20', 'wait 20+60', 'transfer 80+20'],
  },
  {
    name: 'a total too small',
    t: { ...none, wait: 600, transfer: 400, total: 5 },
    want: ['wait 0+60', 'transfer 60+40'],
  },
])('$name', ({ t, want }) => {
  expect(timingBars(t).map((b) => `${b.id} ${String(b.start)}+${String(b.width)}`)).toEqual(want);
});
