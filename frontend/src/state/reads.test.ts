import { expect, it, vi } from 'vitest';
import type { core } from '../backend';
import { fakeError } from '../backend/fake/servers';
import { promptRuns, Reads, type ReadSource } from './reads';

const answered = { call: '', seq: 1, request: 1, bytes: 1, took: 1, rounds: 0, findings: [] };
const offer: core.Offer = {
  declared: true,
  subscribe: false,
  listChanged: false,
  asked: true,
  served: true,
  text: '',
};

function source(): ReadSource {
  return {
    readResource: vi.fn(() =>
      Promise.resolve({ ...answered, uri: '', previous: 0, changed: false, at: 0, count: 1, offer }),
    ),
    getPrompt: vi.fn(() => Promise.resolve({ ...answered, problems: [], messages: 1, offer })),
    cancel: () => Promise.resolve(),
    calls: () => Promise.resolve([]),
    onCalls: () => () => undefined,
    faultOf: () => fakeError({ kind: 'input', message: 'no' }),
  };
}

it('gives reads and prompts what they have of their own', async () => {
  const from = source();
  const reads = new Reads(from);
  const extra = { meta: '{"a":1}', hand: true };
  const run = reads.read('p', 'a:1', -1, 'k1', extra);
  expect(run.extra).toEqual(extra);
  promptRuns(from).run({ profile: 'p', tool: 'greet', index: 0, args: '{}', force: false, extra }, 'k1');
  reads.read('p', 'a:2', 3, 'k1');
  await vi.waitFor(() => expect(run.state).toBe('done'));
  const asked = vi.mocked(from.readResource).mock.calls.map(([input]) => input);
  expect(asked[0]).toMatchObject({ uri: 'a:1', index: -1, extra });
  expect(asked[1]).not.toHaveProperty('extra');
  expect(vi.mocked(from.getPrompt).mock.calls[0]?.[0]).toMatchObject({ name: 'greet', extra });
});
