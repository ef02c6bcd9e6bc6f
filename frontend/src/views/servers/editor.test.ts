import { render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import EditorDialog from './EditorDialog.svelte';

async function editor(id?: string): Promise<Awaited<ReturnType<typeof testWindow>>> {
  const w = await testWindow();
  w.shell.edit(id);
  const { backend, servers, connections, shell } = w;
  render(EditorDialog, { backend, server: servers.get(id ?? '') ?? null, servers, connections, shell });
  return w;
}

it('adds a server, with the value of a secret for the keychain only', async () => {
  const { backend, shell } = await editor();
  const save = vi.spyOn(backend, 'saveServer');
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('Name'), 'mine');
  await user.type(screen.getByLabelText('Command'), 'uvx');
  await user.click(screen.getByRole('button', { name: 'Add argument' }));
  await user.type(screen.getByLabelText('Argument 1'), 'a b');
  await user.click(screen.getByRole('button', { name: 'Add variable' }));
  await user.type(screen.getByLabelText('Name of variable 1'), 'API_TOKEN');
  await user.type(screen.getByLabelText('Value of API_TOKEN'), 'hunter2');
  await waitFor(() => expect(screen.getByLabelText('Value of API_TOKEN').getAttribute('type')).toBe('password'));
  expect(screen.getByRole('button', { name: 'API_TOKEN is a secret' }).getAttribute('aria-pressed')).toBe('true');
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(save).toHaveBeenCalledOnce());
  const [server, secrets] = save.mock.calls[0] ?? [];
  expect(server).toMatchObject({ name: 'mine', transport: 'stdio', command: 'uvx', args: ['a b'] });
  expect(JSON.stringify(server)).not.toContain('hunter2');
  expect(secrets).toEqual([{ name: 'env:API_TOKEN', value: 'hunter2', clear: false }]);
  await waitFor(() => expect(shell.dialog.kind).toBe('none'));
});

it('says at the field what is wrong, and saves nothing', async () => {
  const { backend } = await editor();
  const save = vi.spyOn(backend, 'saveServer');
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(screen.getByText('Give it a name.')).toBeDefined();
  expect(screen.getByText('Which program starts the server?')).toBeDefined();
  expect(screen.getByLabelText('Name').getAttribute('aria-invalid')).toBe('true');
  expect(save).not.toHaveBeenCalled();
});

it('shows where a stored secret is, and never its value', async () => {
  const { backend } = await editor('search');
  const save = vi.spyOn(backend, 'saveServer');
  const user = userEvent.setup();
  expect(await screen.findByText('in the keychain')).toBeDefined();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Clear the value of Authorization' }));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(save).toHaveBeenCalledOnce());
  expect(save.mock.calls[0]?.[1]).toEqual([{ name: 'header:Authorization', value: '', clear: true }]);
});

it('marks a value by its look, until the user decides otherwise', async () => {
  await editor();
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Add variable' }));
  await user.type(screen.getByLabelText('Name of variable 1'), 'REGION');
  await user.type(screen.getByLabelText('Value of REGION'), 'ghp_0123456789');
  const lock = screen.getByRole('button', { name: 'REGION is a secret' });
  await waitFor(() => expect(lock.getAttribute('aria-pressed')).toBe('true'));
  await user.click(lock);
  await user.type(screen.getByLabelText('Value of REGION'), 'abc');
  await new Promise((done) => setTimeout(done, 250)); // longer than the pause before Go is asked
  expect(lock.getAttribute('aria-pressed')).toBe('false');
});

it('puts the secret of an argument into the keychain, unless told to leave it', async () => {
  const { backend } = await editor();
  const save = vi.spyOn(backend, 'saveServer');
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('Name'), 'mine');
  await user.type(screen.getByLabelText('Command'), 'uvx');
  await user.click(screen.getByRole('button', { name: 'Add argument' }));
  await user.type(screen.getByLabelText('Argument 1'), '--token=hunter2');
  const keep = await screen.findByRole('checkbox', { name: 'Keep the secret in the keychain' });
  expect(screen.getByText('--token=${secret:token}')).toBeDefined();
  await expectAccessible();
  await user.click(keep);
  expect(screen.getByText(/gets it as it stands here/)).toBeDefined();
  await user.click(keep);
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(save).toHaveBeenCalledOnce());
  const [server, secrets] = save.mock.calls[0] ?? [];
  expect(server?.args).toEqual(['--token=hunter2']); // Go takes it out: see takeOut in app/core
  expect(secrets).toEqual([{ name: '', value: '', clear: false, in: 'args[0]' }]);
});

it('takes timeouts with their unit', async () => {
  const { backend } = await editor('files');
  const save = vi.spyOn(backend, 'saveServer');
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('Connect timeout'), '45');
  await user.type(screen.getByLabelText('Request timeout'), '90s');
  await user.click(screen.getByLabelText('Name'));
  expect(screen.getByText(/Of what\?/)).toBeDefined();
  expect(screen.getByLabelText('Request timeout')).toHaveProperty('value', '1 min 30 s');
  await user.type(screen.getByLabelText('Connect timeout'), ' s');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(save).toHaveBeenCalledOnce());
  expect(save.mock.calls[0]?.[0].timeouts).toEqual({ connect: 45_000, request: 90_000 });
});

it('pastes lines as arguments and as variables', async () => {
  await editor();
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Add argument' }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Argument 1')));
  await user.paste('-y\nserver\n/path');
  await waitFor(() => expect(screen.getByLabelText('Argument 3')).toHaveProperty('value', '/path'));
  await user.click(screen.getByRole('button', { name: 'Add variable' }));
  await waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText('Name of variable 1')));
  await user.paste('A=1\nB_KEY=2');
  expect(screen.getByLabelText('Value of A')).toHaveProperty('value', '1');
  const lock = screen.getByRole('button', { name: 'B_KEY is a secret' });
  await waitFor(() => expect(lock.getAttribute('aria-pressed')).toBe('true'));
});

it('asks before it throws changes away', async () => {
  const { shell } = await editor('files');
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('Name'), '2');
  await user.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(await screen.findByText('Discard the changes?')).toBeDefined();
  expect(shell.dialog.kind).toBe('edit');
  await user.click(screen.getByRole('button', { name: 'Discard' }));
  expect(shell.dialog.kind).toBe('none');
});

it('closes at once when nothing was changed', async () => {
  const { shell } = await editor('files');
  await userEvent.setup().click(screen.getByRole('button', { name: 'Cancel' }));
  expect(shell.dialog.kind).toBe('none');
});

it('keeps the file to watch, and forgets a certificate that is trusted no longer', async () => {
  const w = await testWindow();
  const { backend, servers, connections, shell } = w;
  const before = servers.get('files');
  if (!before) throw new Error('no server');
  await servers.save({ ...before, trust: ['9f86d081', '00ff'] }, []);
  const save = vi.spyOn(backend, 'saveServer');
  render(EditorDialog, { backend, server: servers.get('files') ?? null, servers, connections, shell });
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('Restart when this file changes'), 'dist/server.js');
  expect(screen.queryByText('9F:86:D0:81')).toBeNull();
  await user.selectOptions(screen.getByLabelText('Transport'), 'http');
  await user.type(screen.getByLabelText('URL'), 'https://a.example/mcp');
  expect(screen.getByText('9F:86:D0:81')).toBeDefined();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Trust certificate 9F:86:D0:81… no longer' }));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(save).toHaveBeenCalledOnce());
  expect(save.mock.calls[0]?.[0]).toMatchObject({ watch: 'dist/server.js', trust: ['00ff'] });
});
