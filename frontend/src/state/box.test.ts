import { expect, it, vi } from 'vitest';
import { testWindow } from '../test/window';

it('connects to a URL at the first Enter', async () => {
  const { box, servers, connections, shell } = await testWindow();
  box.text = 'https://mcp.example.com/mcp';
  await box.enter();
  expect(box.text).toBe('');
  await vi.waitFor(() => expect(servers.get(shell.selected)?.url).toBe('https://mcp.example.com/mcp'));
  expect(servers.isTemporary(shell.selected)).toBe(true);
  await vi.waitFor(() => expect(connections.phase(shell.selected)).toBe('connected'), 10_000);
});

it('shows a command first and starts it at the second Enter', async () => {
  const { box, servers, connections, shell, backend } = await testWindow();
  const use = vi.spyOn(backend, 'useTyped');
  box.text = 'npx -y some-server';
  await box.enter();
  expect(box.shown?.launch.program).toBe('/usr/local/bin/npx');
  expect(box.shown?.launch.args).toEqual(['-y', 'some-server']);
  expect(use).not.toHaveBeenCalled();
  await box.enter();
  await vi.waitFor(() => expect(servers.get(shell.selected)?.command).toBe('npx'));
  await vi.waitFor(() => expect(connections.phase(shell.selected)).not.toBe('disconnected'), 10_000);
});

it('shows again what was changed after it was shown', async () => {
  const { box } = await testWindow();
  box.text = 'npx a';
  await box.enter();
  box.text = 'npx b';
  expect(box.shown).toBeNull();
});

it('says what is wrong', async () => {
  const { box } = await testWindow();
  box.text = 'npx "open';
  await box.enter();
  expect(box.problem).toContain('not closed');
  box.clear();
  expect(box.problem).toBe('');
});
