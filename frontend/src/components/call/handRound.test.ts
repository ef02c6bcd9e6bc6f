import { queries, render, screen, waitFor, within, type BoundFunctions } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { core } from '../../backend';
import type { FakeBackend } from '../../backend/fake';
import { fakeForm, fakeRoots, fakeSampling, fakeUrl } from '../../backend/fake/questions';
import { inboxSource } from '../../state/appInbox';
import { Rounds, type RoundSource } from '../../state/rounds.svelte';
import { Run } from '../../state/runs.svelte';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import { shellContext } from '../question/context';
import CallRounds from './CallRounds.svelte';

/** A requestState that a client which reads and writes it anew would spoil. */
const wild = '{"n":123456789012345678901234567890,"s":"\\u00e9"}';

interface Opened {
  backend: FakeBackend;
  sent: core.HandRetry[];
  shown: ReturnType<typeof vi.fn>;
  send: () => HTMLButtonElement;
}

const waiting = (items: core.InboxItem[]): core.HandRound => ({
  round: 1,
  seq: 2,
  result: '{"resultType":"input_required"}',
  cut: false,
  params: '{"name":"ask"}',
  paramsCut: false,
  state: wild,
  stateCut: false,
  bytes: wild.length,
  hasState: true,
  problem: '',
  questions: items.map((item) => ({ item, problem: '' })),
});

/** A round that waits, with the questions that are made of these, each under the key of its place. */
async function round(...make: ((b: FakeBackend, key: Partial<core.InboxItem>) => core.InboxItem)[]): Promise<Opened> {
  const { backend, shell } = await testWindow();
  const items = make.map((one, i) => one(backend, { key: `key ${String(i)}`, source: 'input_required', round: 1 }));
  const sent: core.HandRetry[] = [];
  const all: core.CallRounds = {
    call: 'c1',
    limit: 20,
    rounds: [{ request: 1, response: 2, took: 900, trace: '', asked: [], state: wild.length, hand: false, edited: '' }],
    hand: waiting(items),
  };
  const source: RoundSource = {
    ...inboxSource(backend),
    rounds: () => Promise.resolve(all),
    sendRound: (retry) => {
      sent.push(retry);
      return Promise.resolve();
    },
  };
  const run = new Run({ call: 'c1', profile: 'p', tool: 'ask', index: 0, args: '{}', force: false }, 'k1');
  run.take({ call: 'c1', profile: 'p', tool: 'ask', started: 0, message: '', waiting: 0, round: 1, hand: true });
  const shown = vi.fn();
  const rounds = new Rounds(source, run);
  render(CallRounds, { props: { run, rounds, onshowentries: shown }, context: shellContext(shell) });
  await screen.findByRole('heading', { name: /^Round 1/ });
  return { backend, sent, shown, send: () => screen.getByRole('button', { name: 'Send the round' }) };
}

const part = async (key: string): Promise<BoundFunctions<typeof queries>> =>
  within(await screen.findByRole('region', { name: `Input request ${key}` }));

it('answers a form by the form of the inbox, and sends the round as it came but for that', async () => {
  const { sent, shown, send } = await round((b, key) => b.ask(fakeForm('open'), key));
  const user = userEvent.setup();
  const question = await part('key 0');
  await user.type(await question.findByRole('textbox', { name: 'name' }), 'Ada');
  await user.click(send());
  // The email is missing: it is told of, and nothing was sent.
  expect(await screen.findByRole('button', { name: 'Send anyway' })).toBeDefined();
  expect(sent).toEqual([]);
  await expectAccessible();
  await user.type(question.getByRole('textbox', { name: 'email' }), 'ada@example.com');
  await waitFor(() => expect(send().disabled).toBe(false));
  await user.click(screen.getByRole('button', { name: 'Show this round in the traffic' }));
  expect(shown).toHaveBeenCalledExactlyOnceWith([2, 1]);
  await user.click(send());
  const content = '{"nights":2,"room":"d","newsletter":false,"name":"Ada","email":"ada@example.com"}';
  await waitFor(() =>
    expect(sent).toEqual([
      { profile: 'p', call: 'c1', round: 1, responses: `{"key 0":{"action":"accept","content":${content}}}` },
    ]),
  );
});

it('answers a form, a URL, a model and the roots in one round', async () => {
  const { backend, sent, send } = await round(
    (b, key) => b.ask(fakeForm('open'), key),
    (b, key) => b.ask(fakeUrl('open'), key),
    (b, key) => b.ask(fakeSampling('open'), key),
    (b, key) => b.ask(fakeRoots('open'), key),
  );
  const user = userEvent.setup();
  await user.click(await (await part('key 0')).findByRole('button', { name: 'Decline' }));
  const url = await part('key 1');
  await user.click(await url.findByRole('button', { name: 'Open in browser' }));
  await waitFor(() => expect(backend.replies).toMatchObject([{ kind: 'open' }]));
  const model = await part('key 2');
  await user.type(await model.findByRole('textbox', { name: /^Text/ }), 'Hello');
  const roots = await part('key 3');
  await user.clear(await roots.findByLabelText('Name of root 1'));
  await expectAccessible();
  expect(screen.queryByText('out of contract')).toBeNull();
  await user.click(send());
  await waitFor(() => expect(sent).toHaveLength(1));
  const responses = JSON.parse(sent[0]?.responses ?? '') as Record<string, Record<string, unknown>>;
  expect(responses['key 0']).toEqual({ action: 'decline' });
  expect(responses['key 1']).toEqual({ action: 'accept' });
  expect(responses['key 2']).toMatchObject({ role: 'assistant', content: { type: 'text', text: 'Hello' } });
  expect(responses['key 3']).toHaveProperty('roots');
});

it('takes an answer as JSON, byte for byte', async () => {
  const { backend } = await testWindow();
  const item = backend.ask(fakeForm('open'), { key: 'a "b"' });
  const rounds = new Rounds(
    {
      ...inboxSource(backend),
      rounds: () => Promise.resolve({ call: 'c', limit: 20, rounds: [], hand: waiting([item]) }),
      sendRound: () => Promise.resolve(),
    },
    { call: 'c', profile: 'p' },
  );
  await rounds.pull();
  const [answer] = rounds.draft?.answers ?? [];
  expect(rounds.draft?.valid).toBe(false);
  await waitFor(() => expect(answer?.question.detail).toBeTruthy());
  if (!answer) throw new Error('no answer');
  answer.question.view = 'json';
  answer.question.setResult('{"action":"accept", "content":{"nights":2e0,"n":12345678901234567890}}');
  expect(rounds.draft?.retry({ call: 'c', profile: 'p' }).responses).toBe(
    '{"a \\"b\\"":{"action":"accept","content":{"nights":2e0,"n":12345678901234567890}}}',
  );
  answer.question.doc.setText('[1]');
  expect(rounds.draft?.valid).toBe(false);
  answer.choice = 'cancel';
  expect(rounds.draft?.valid).toBe(true);
  expect(rounds.draft?.retry({ call: 'c', profile: 'p' }).responses).toBe('{"a \\"b\\"":{"action":"cancel"}}');
});

it('marks what leaves the protocol, and sends no JSON that is none', async () => {
  const { sent, send } = await round((b, key) => b.ask(fakeForm('open'), key));
  const user = userEvent.setup();
  await user.click(await screen.findByText('requestState', { selector: '.title' }));
  const state = screen.getByLabelText('requestState as JSON');
  await user.clear(state);
  await user.type(state, '"mine');
  expect(send().disabled).toBe(true);
  await user.type(state, '"');
  expect(screen.getByText('another requestState')).toBeDefined();
  await user.click(screen.getByText('Params of the retry'));
  await user.clear(screen.getByLabelText('Params as JSON'));
  await user.type(screen.getByLabelText('Params as JSON'), '{{}');
  await user.click(await (await part('key 0')).findByRole('button', { name: 'None' }));
  expect(screen.getByText('other params, another requestState, not every answer')).toBeDefined();
  await user.click(send());
  await waitFor(() =>
    expect(sent).toEqual([{ profile: 'p', call: 'c1', round: 1, responses: '', state: '"mine"', params: '{}' }]),
  );
});
