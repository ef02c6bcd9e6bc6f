import { expect, it } from 'vitest';
import type { core } from '../backend';
import { fakeError } from '../backend/fake/servers';
import { ListMarks } from './listMarks.svelte';
import { OfferedList } from './offeredList.svelte';

it('keeps what was read when a later read is refused', async () => {
  let err: core.Error | undefined;
  let items = [
    { index: 0, name: 'echo' },
    { index: 1, name: 'add' },
  ];
  const both = items;
  const marks = new ListMarks(
    { listChanges: () => Promise.reject(new Error('none')), dismissChanges: () => Promise.resolve() },
    'p',
    'tools',
  );
  const list = new OfferedList<{ index: number; name: string }>(
    () =>
      Promise.resolve({
        items,
        findings: [],
        seqs: [],
        offer: null,
        more: false,
        pages: 1,
        cursor: '',
        ...(err ? { err } : {}),
      } as never),
    ({ name }) => name,
    () => fakeError({ kind: 'rpc', message: 'no' }),
    marks,
  );
  await list.load('all');
  expect([list.state, list.kept, list.items]).toEqual(['ready', false, both]);
  [err, items] = [fakeError({ kind: 'auth', message: '401 Unauthorized' }), []];
  await list.load('all');
  expect([list.state, list.kept, list.items, list.fault?.message]).toEqual(['failed', true, both, '401 Unauthorized']);
  // A part of a list is what there is now.
  items = both.slice(0, 1);
  await list.load('all');
  expect([list.state, list.kept, list.items]).toEqual(['failed', false, both.slice(0, 1)]);
  [err, items] = [undefined, []];
  await list.load('all');
  expect([list.state, list.kept, list.items]).toEqual(['ready', false, []]);
});
