import { render, screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { core } from '../../backend';
import { fakeError } from '../../backend/fake/servers';
import { CallExtras } from '../../state/callExtras.svelte';
import type { RoundSource } from '../../state/rounds.svelte';
import { Run } from '../../state/runs.svelte';
import { expectAccessible } from '../../test/axe';
import CallMore from './CallMore.svelte';
import CallRounds from './CallRounds.svelte';
import CodeFix from './CodeFix.svelte';
import MirroredHeaders from './MirroredHeaders.svelte';

const wild = '{"n":123456789012345678901234567890,"s":"\\u00e9"}';

function asked(round: number): core.CallRounds {
  return {
    call: 'c1',
    limit: 20,
    rounds: [
      {
        request: 1,
        response: 2,
        took: 900,
        trace: '00-a-b-01',
        asked: [{ key: 'who', method: 'elicitation/create' }],
        state: wild.length,
        hand: false,
        edited: '',
      },
    ],
    hand: {
      round,
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
      questions: [
        {
          key: 'who',
          method: 'elicitation/create',
          params: '{"message":"Who?"}',
          template: '{"action":"accept","content":{}}',
          problem: '',
        },
      ],
    },
  };
}

function running(): Run {
  const run = new Run({ call: 'c1', profile: 'p', tool: 'ask', index: 0, args: '{}', force: false }, 'k1');
  run.take({ call: 'c1', profile: 'p', tool: 'ask', started: 0, message: '', waiting: 0, round: 1, hand: true });
  return run;
}

function source(all: core.CallRounds): RoundSource & { sent: core.HandRetry[] } {
  const sent: core.HandRetry[] = [];
  return {
    sent,
    rounds: () => Promise.resolve(all),
    sendRound: (retry) => {
      sent.push(retry);
      return Promise.resolve();
    },
    faultOf: () => fakeError({ kind: 'input', message: 'no' }),
  };
}

it('shows a round that waits, and sends it as it came but for the answers', async () => {
  const from = source(asked(1));
  const shown = vi.fn();
  render(CallRounds, { run: running(), source: from, onshowentries: shown });
  const user = userEvent.setup();
  expect(await screen.findByRole('heading', { name: 'Round 1: 1 question' })).toBeDefined();
  const answer = screen.getByLabelText('Answer to who');
  await user.clear(answer);
  await user.type(answer, '{{"action":"decline"}');
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Show this round in the traffic' }));
  expect(shown).toHaveBeenCalledExactlyOnceWith([2, 1]);
  await user.click(screen.getByRole('button', { name: 'Send the round' }));
  expect(from.sent).toEqual([{ profile: 'p', call: 'c1', round: 1, responses: '{"who":{"action":"decline"}}' }]);
});

it('marks what leaves the protocol, and sends no JSON that is none', async () => {
  const from = source(asked(1));
  render(CallRounds, { run: running(), source: from });
  const user = userEvent.setup();
  await user.click(await screen.findByText('requestState', { selector: '.title' }));
  const state = screen.getByLabelText('requestState as JSON');
  await user.clear(state);
  await user.type(state, '"mine');
  const send = screen.getByRole('button', { name: 'Send the round' });
  expect(send).toHaveProperty('disabled', true);
  await user.type(state, '"');
  expect(screen.getByText('another requestState')).toBeDefined();
  await user.click(screen.getByText('Params of the retry'));
  await user.clear(screen.getByLabelText('Params as JSON'));
  await user.type(screen.getByLabelText('Params as JSON'), '{{}');
  await user.clear(screen.getByLabelText('Answer to who'));
  expect(screen.getByText('other params, another requestState, not every answer')).toBeDefined();
  await user.click(send);
  expect(from.sent).toEqual([{ profile: 'p', call: 'c1', round: 1, responses: '', state: '"mine"', params: '{}' }]);
});

it('lists the rounds of a call that is over', async () => {
  const all = asked(1);
  delete all.hand;
  const [first] = all.rounds;
  if (!first) throw new Error('no round');
  all.rounds.push({ ...first, asked: [], state: -1, hand: true, edited: 'no requestState' });
  const run = running();
  run.finish({
    call: 'c1',
    seq: 4,
    request: 3,
    bytes: 2,
    took: 1,
    result: '{}',
    isError: false,
    problems: [],
    output: [],
    findings: [],
    rounds: 1,
    trace: '00-a-c-01',
  });
  render(CallRounds, { run, source: source(all) });
  const table = within(await screen.findByRole('table'));
  expect(table.getAllByRole('row')).toHaveLength(3);
  expect(table.getByText('by hand')).toBeDefined();
  expect(table.getByText('edited').title).toContain('no requestState');
  await expectAccessible();
});

it('gives one call what it is to have of its own', async () => {
  const extras = new CallExtras();
  render(CallMore, { extras, era: 'modern', transport: 'http', client: '{"roots":{}}' });
  const user = userEvent.setup();
  await user.click(screen.getByText('More for this call'));
  await user.click(screen.getByLabelText(/send it by hand/));
  await user.type(screen.getByLabelText('_meta'), '{{"a":1}');
  await user.click(screen.getByRole('button', { name: 'Add header' }));
  await user.type(screen.getByLabelText('Name of header 1'), 'X-A');
  await user.type(screen.getByLabelText('Value of header 1'), 'b');
  await user.type(screen.getByLabelText('Timeout'), '2 s');
  await user.selectOptions(screen.getByLabelText('Log level'), 'none');
  extras.declareAlso('{"roots":{}}', { sampling: {} });
  await expectAccessible();
  expect(extras.wire).toEqual({
    meta: '{"a":1}',
    headers: [{ name: 'X-A', value: 'b' }],
    timeout: 2000,
    logLevel: 'none',
    hand: true,
    declare: '{\n  "roots": {},\n  "sampling": {}\n}',
  });
  await user.type(screen.getByLabelText('Name of header 1'), ' b');
  await user.type(screen.getByLabelText('_meta'), 'x');
  expect(extras.valid).toBe(false);
  expect(screen.getByText(/Not a header name/)).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(extras.wire).toBeUndefined();
});

it('offers to a legacy call over stdio only what it can have', async () => {
  render(CallMore, { extras: new CallExtras(), era: 'legacy', transport: 'stdio', client: '' });
  await userEvent.setup().click(screen.getByText('More for this call'));
  expect(screen.queryByLabelText(/by hand/)).toBeNull();
  expect(screen.queryByRole('group', { name: 'Headers of this call' })).toBeNull();
  expect(screen.getByLabelText('_meta')).toBeDefined();
});

it('explains the errors of the modern era and mends what it can', async () => {
  const declare = vi.fn();
  const rpc = (code: number, data: object): core.Error =>
    fakeError({ kind: 'rpc', message: 'no', rpcCode: code, rpc: JSON.stringify({ code, data }) });
  const { rerender } = render(CodeFix, {
    error: rpc(-32021, { requiredCapabilities: { sampling: { tools: {} } } }),
    connected: true,
    ondeclare: declare,
  });
  expect(screen.getByText('sampling.tools')).toBeDefined();
  await userEvent.setup().click(screen.getByRole('button', { name: 'Declare it for this call and run again' }));
  expect(declare).toHaveBeenCalledExactlyOnceWith({ sampling: { tools: {} } });
  await rerender({ error: rpc(-32022, { supported: ['2025-06-18', '1999-01-01'] }), connected: true });
  expect(screen.getByText(/Choose the era Legacy and the version 2025-06-18/)).toBeDefined();
  await rerender({ error: rpc(-32020, {}), connected: true, onagain: declare });
  expect(screen.getByRole('button', { name: 'Run again' })).toBeDefined();
  await rerender({ error: rpc(-32602, {}), connected: true });
  expect(screen.queryByRole('region', { name: 'How to mend it' })).toBeNull();
});

it('shows what a call repeats in headers, decoded', async () => {
  const found: core.Mirrors = {
    used: true,
    findings: ['argument /list: an object cannot travel in a header'],
    headers: [
      { header: 'Mcp-Method', value: 'tools/call', text: '', from: 'method', own: false, cut: false },
      {
        header: 'Mcp-Param-City',
        value: '=?base64?S8O2bG4=?=',
        text: 'Köln',
        from: '/arguments/city',
        own: false,
        cut: false,
      },
    ],
  };
  const mirror = vi.fn(() => Promise.resolve(found));
  const input = { call: '', profile: 'p', tool: 't', index: 0, args: '{}', force: false };
  render(MirroredHeaders, { input, source: { mirror } });
  await waitFor(() => expect(mirror).toHaveBeenCalledOnce());
  await userEvent.setup().click(await screen.findByText('Mirrored headers'));
  expect(screen.getByText('Köln')).toBeDefined();
  expect(screen.getByText(/cannot travel/)).toBeDefined();
  await expectAccessible();
});
