import { expect, it } from 'vitest';
import type { ViewRows } from '../backend';
import { mostRequests, shownRequests } from './shownRequests';

const source = (total: number, answers = false): Parameters<typeof shownRequests>[0] => ({
  rows: (_view, index, limit) =>
    Promise.resolve({
      index,
      entries: Array.from({ length: Math.max(0, Math.min(limit, total - index)) }, (_, i) => ({
        seq: index + i + 1,
        kind: 'frame',
        message: answers && (index + i) % 2 === 1 ? 'response' : 'request',
        dir: answers && (index + i) % 2 === 1 ? 'in' : 'out',
      })),
      state: { rows: total },
    } as unknown as ViewRows),
});

it('takes the requests of every page', async () => {
  const { seqs, more } = await shownRequests(source(2500, true), 'v');
  expect([seqs.length, seqs[0], seqs.at(-1), more]).toEqual([1250, 1, 2499, false]);
});

it('stops where a run would be too long, and says so', async () => {
  const { seqs, more } = await shownRequests(source(5000), 'v');
  expect([seqs.length, more]).toEqual([mostRequests, true]);
  expect(await shownRequests(source(0), 'v')).toEqual({ seqs: [], more: false });
});
