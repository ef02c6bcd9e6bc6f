import { expect, it, vi } from 'vitest';
import { AppError, type Connection } from '../backend';
import { FakeBackend } from '../backend/fake';
import { testWindow } from '../test/window';

it('connects, showing the phases', async () => {
  const { connections } = await testWindow();
  await connections.disconnect('open');
  expect(connections.phase('open')).toBe('disconnected');
  await connections.connect('open');
  await vi.waitFor(() => expect(connections.phase('open')).toBe('connected'), 10_000);
  expect(connections.get('open')?.steps.map((s) => s.state)).toEqual(['done', 'done', 'done', 'done']);
});

it('asks for secrets without a value before it connects', async () => {
  const { connections } = await testWindow();
  await connections.connect('files');
  const launch = connections.asking('files');
  expect(launch?.missing.map((m) => m.name)).toEqual(['secret:token']);
  if (!launch) return;
  await connections.launch('files', launch, [{ name: 'secret:token', value: 'x', clear: false }]);
  expect(connections.asking('files')).toBeUndefined();
  await vi.waitFor(() => expect(connections.phase('files')).toBe('connected'), 10_000);
});

it('confirms what was shown, and says so when it has changed', async () => {
  const { connections } = await testWindow();
  await connections.connect('broken');
  const launch = connections.asking('broken');
  expect(launch?.confirmed).toBe(false);
  if (!launch) return;
  await connections.launch('broken', { ...launch, hash: 'old' }, []);
  expect(connections.fault('broken')?.message).toContain('changed');
  await connections.launch('broken', launch, []);
  await vi.waitFor(() => expect(connections.phase('broken')).toBe('failed'), 10_000);
});

it('drops a state that was overtaken by a later one', async () => {
  const backend = new FakeBackend({ past: 0 });
  const { connections } = await testWindow(backend);
  const now = connections.get('open');
  const old = { ...now, rev: 1, phase: 'connecting' } as Connection;
  vi.spyOn(backend, 'connections').mockResolvedValue([old, old]);
  await connections.pull();
  expect(connections.get('open')).toBe(now);
});

it('keeps saying whose a connection of the past was', async () => {
  const { connections } = await testWindow();
  expect(connections.owner('c-open')).toBe('open');
  expect(connections.connsOf('search')).toEqual(['c-search']);
});

it('says why connecting came to nothing', async () => {
  const backend = new FakeBackend({ past: 0 });
  const { connections } = await testWindow(backend);
  vi.spyOn(backend, 'launch').mockRejectedValue(new AppError({ message: 'the keychain did not answer' }));
  await connections.connect('open');
  expect(connections.fault('open')?.message).toBe('the keychain did not answer');
  expect(connections.busy('open')).toBe(false);
});

it('goes on with what waited for settings to be allowed, on a live connection', async () => {
  const backend = new FakeBackend({ past: 0 });
  const { connections } = await testWindow(backend);
  const launch = { ...(await backend.launch('open')), confirmed: false };
  vi.spyOn(backend, 'launch').mockResolvedValueOnce(launch).mockResolvedValueOnce(launch);
  const again = vi.fn();
  await connections.review('open', again);
  connections.stopAsking('open');
  await connections.review('open', again);
  expect(again).not.toHaveBeenCalled();
  await connections.launch('open', launch, []);
  expect([connections.fault('open'), again.mock.calls.length]).toEqual([undefined, 1]);
});
