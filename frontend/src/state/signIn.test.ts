import { expect, it, vi } from 'vitest';
import { FakeBackend } from '../backend/fake';
import { AppError, type core } from '../backend';
import { Runs } from './runs.svelte';
import { SignIn } from './signIn.svelte';

async function signIn(
  replayed?: (call: string, output: core.RunOutput) => void,
): Promise<{ own: SignIn; backend: FakeBackend }> {
  const backend = new FakeBackend({ speed: 1000, past: 0 });
  const own = new SignIn(backend, 'protected', replayed);
  own.start();
  await own.pull();
  return { own, backend };
}

const output = (call: string): core.RunOutput => ({
  call,
  seq: 7,
  request: 6,
  bytes: 2,
  took: 5,
  result: '{}',
  isError: false,
  problems: [],
  output: [],
  findings: [],
  rounds: 0,
});

it('goes from the refusal to a token by one order, and follows what happens', async () => {
  const { own } = await signIn();
  expect([own.phase, own.steps.filter((s) => s.state === 'done').length]).toEqual(['refused', 4]);
  await own.do('start');
  await vi.waitFor(() => expect(own.phase).toBe('done'), 10_000);
  expect(own.active?.id).toBe(own.shown?.id);
  expect(own.all?.replay?.what).toBe('connect');
});

it('hands the answer of a call that was sent again to the call, once', async () => {
  const told: string[] = [];
  const { own, backend } = await signIn((call) => told.push(call));
  const replay = { what: 'tools/call x', call: 'run-1', seq: 7, text: '', output: output('run-1') };
  backend.signIns.set('protected', { replay: { ...replay, state: 'running' } });
  await own.pull();
  expect(told).toEqual([]);
  backend.signIns.set('protected', { replay: { ...replay, state: 'done' } });
  await own.pull();
  backend.signIns.set('protected', { phase: 'done' });
  await own.pull();
  expect(told).toEqual(['run-1']);
});

it('puts the answer where the call was made, and leaves calls of others alone', async () => {
  const { backend } = await signIn();
  const fault = { ...(backend.signIns.get('protected').err ?? {}), kind: 'auth', message: '401' };
  const challenge = backend.signIns.get('protected').challenge;
  const runs = new Runs({
    run: (input) => Promise.resolve({ ...output(input.call), err: { ...fault, challenge } as core.Error }),
    cancel: () => Promise.resolve(),
    calls: () => Promise.resolve([]),
    onCalls: () => () => undefined,
    faultOf: () => fault as core.Error,
  });
  const run = runs.run({ profile: 'protected', tool: 'echo', index: 0, args: '{}', force: false }, 'c');
  await vi.waitFor(() => expect(run.state).toBe('failed'));
  runs.replayed('another', output('another'));
  expect([run.state, run.replayed]).toEqual(['failed', false]);
  runs.replayed(run.call, output(run.call));
  expect([run.state, run.replayed, run.fault]).toEqual(['done', true, null]);
});

it('runs a step with what was edited, and keeps the edits when that is turned down', async () => {
  const { own, backend } = await signIn();
  await own.do('begin');
  const order = vi.spyOn(backend, 'stepSignIn');
  own.edit('client', 'client_id', 'mine');
  order.mockRejectedValueOnce(new Error('busy'));
  await own.runStep('client', true);
  expect([own.fault?.message, own.edited('client')]).toEqual(['busy', true]);
  await own.runStep('client', true);
  expect(order).toHaveBeenLastCalledWith({
    profile: 'protected',
    step: 'client',
    inputs: { client_id: 'mine' },
    only: true,
  });
  expect([own.fault, own.edited('client'), own.all?.next]).toEqual([null, false, 'scopes']);
});

it('does not let an answer that was overtaken take the state back', async () => {
  const { own, backend } = await signIn();
  const old = backend.signIns.get('protected');
  backend.signIns.set('protected', { phase: 'done' });
  await own.pull();
  vi.spyOn(backend, 'signIn').mockResolvedValueOnce(old);
  await own.pull();
  expect(own.phase).toBe('done');
});

it('does not take the second half of a double click for Cancel', async () => {
  const { own, backend } = await signIn();
  const cancelled = vi.spyOn(backend, 'cancelSignIn');
  void own.do('begin');
  await own.do('cancel');
  expect([own.settled, cancelled.mock.calls.length]).toEqual([false, 0]);
  await vi.waitFor(() => expect(own.settled).toBe(true), 10_000);
  await own.do('cancel');
  expect(cancelled).toHaveBeenCalledOnce();
});

it('goes on by itself once settings that nobody had seen are allowed', async () => {
  const backend = new FakeBackend({ speed: 1000, past: 0 });
  const start = vi
    .spyOn(backend, 'startSignIn')
    .mockRejectedValueOnce(new AppError({ message: 'nobody has seen them', kind: 'input', step: 'use the settings' }));
  let allow: (() => void) | undefined;
  const own = new SignIn(backend, 'protected', undefined, (_profile, again) => (allow = again));
  await own.pull();
  await own.do('start');
  expect([own.fault?.step, start.mock.calls.length]).toEqual(['use the settings', 1]);
  allow?.();
  await vi.waitFor(() => expect(start).toHaveBeenCalledTimes(2));
  await vi.waitFor(() => expect(own.fault).toBeNull());
});
