import { render, screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { core } from '../../backend';
import { fakeError } from '../../backend/fake/servers';
import { CallExtras } from '../../state/callExtras.svelte';
import { inboxSource } from '../../state/appInbox';
import { Rounds } from '../../state/rounds.svelte';
import { Run } from '../../state/runs.svelte';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import CallMore from './CallMore.svelte';
import CallRounds from './CallRounds.svelte';
import CodeFix from './CodeFix.svelte';
import MirroredHeaders from './MirroredHeaders.svelte';

function asked(): core.CallRounds {
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
        state: 57,
        hand: false,
        edited: '',
      },
    ],
  };
}

it('lists the rounds of a call that is over', async () => {
  const all = asked();
  const [first] = all.rounds;
  if (!first) throw new Error('no round');
  all.rounds.push({ ...first, asked: [], state: -1, hand: true, edited: 'no requestState' });
  const run = new Run({ call: 'c1', profile: 'p', tool: 'ask', index: 0, args: '{}', force: false }, 'k1');
  run.take({ call: 'c1', profile: 'p', tool: 'ask', started: 0, message: '', waiting: 0, round: 1, hand: false });
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
  const { backend } = await testWindow();
  const source = { ...inboxSource(backend), rounds: () => Promise.resolve(all), sendRound: () => Promise.resolve() };
  render(CallRounds, { run, rounds: new Rounds(source, run) });
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
