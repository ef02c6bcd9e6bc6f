import { render, screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { AppError } from '../../backend';
import { FakeBackend } from '../../backend/fake';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import Rail from './Rail.svelte';

async function rail(backend?: FakeBackend): Promise<Awaited<ReturnType<typeof testWindow>>> {
  const w = await testWindow(backend);
  const { servers, connections, preferences, shell, box } = w;
  render(Rail, { servers, connections, preferences, shell, box });
  return w;
}

it('names each server with its transport and state', async () => {
  await rail();
  expect(screen.getByRole('button', { name: 'Sample server, stdio, Connected' })).toHaveProperty('tabIndex', 0);
  expect(screen.getByRole('button', { name: 'Protected sample, HTTP, Refused' })).toBeDefined();
  expect(screen.getByRole('button', { name: 'my server, stdio, Failed' })).toBeDefined();
  expect(screen.getByRole('button', { name: 'slow start, HTTP, Connecting' })).toBeDefined();
  await expectAccessible();
});

it('is one tab stop that arrows move through', async () => {
  const { shell } = await rail();
  const user = userEvent.setup();
  screen.getByRole('button', { name: /^Sample server/ }).focus();
  await user.keyboard('{ArrowDown}{ArrowDown}');
  const work = screen.getByRole('button', { name: 'Work 3' });
  expect(document.activeElement).toBe(work);
  await user.keyboard('{ArrowLeft}');
  expect(work.getAttribute('aria-expanded')).toBe('false');
  expect(screen.queryByRole('button', { name: /^filesystem/ })).toBeNull();
  await user.keyboard('{ArrowRight}{ArrowDown}{Enter}');
  expect(shell.selected).toBe('files');
});

it('moves a server with Alt and an arrow, and keeps the focus on it', async () => {
  const { servers } = await rail();
  const user = userEvent.setup();
  screen.getByRole('button', { name: /^filesystem/ }).focus();
  await user.keyboard('{Alt>}{ArrowDown}{/Alt}');
  await waitFor(() => expect(servers.groups[1]?.servers.map((s) => s.id)).toEqual(['search', 'files', 'legacy']));
  await waitFor(() => expect(document.activeElement?.getAttribute('data-row')).toBe('s:files'));
});

it('edits with F2 and deletes with Delete', async () => {
  const { shell, servers } = await rail();
  const user = userEvent.setup();
  screen.getByRole('button', { name: /^old weather/ }).focus();
  await user.keyboard('{F2}');
  expect(shell.dialog).toMatchObject({ kind: 'edit', server: { id: 'legacy' } });
  await user.keyboard('{Delete}');
  await waitFor(() => expect(servers.get('legacy')).toBeUndefined());
});

it('searches, says when nothing matches and clears', async () => {
  await rail();
  const user = userEvent.setup();
  await user.type(screen.getByRole('textbox', { name: 'Search servers' }), 'weather');
  expect(screen.queryByRole('button', { name: /^Sample server/ })).toBeNull();
  expect(screen.getByRole('button', { name: /^old weather/ })).toBeDefined();
  await user.keyboard('xx');
  expect(screen.getByText('No server matches')).toBeDefined();
  await user.keyboard('{Escape}');
  expect(screen.getByRole('button', { name: /^Sample server/ })).toBeDefined();
});

it('shows a command before anything starts', async () => {
  await rail();
  const user = userEvent.setup();
  const box = screen.getByRole('textbox', { name: /^Connect to a URL/ });
  await user.type(box, 'npx -y server{Enter}');
  expect(await screen.findByText('/usr/local/bin/npx')).toBeDefined();
  expect(screen.getByText('Enter again starts it.')).toBeDefined();
  await expectAccessible();
  await user.keyboard('{Escape}');
  expect(box).toHaveProperty('value', '');
});

it('says what to do without servers', async () => {
  const { shell } = await rail(new FakeBackend({ empty: true }));
  const user = userEvent.setup();
  expect(screen.getByText('No servers yet')).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'Import' }));
  expect(shell.dialog.kind).toBe('import');
  await expectAccessible();
});

it('says why the file cannot be read, and where secrets go', async () => {
  const backend = new FakeBackend({ empty: true });
  backend.fileError = '/home/me/.config/Sightglass/profiles.json:3:7: invalid character; mend the file or move it away';
  backend.keychain = { state: 'unavailable', name: '', text: 'Values last for this run.' };
  await rail(backend);
  const alert = screen.getByRole('alert');
  expect(within(alert).getByText(/profiles\.json:3:7: invalid character/)).toBeDefined();
  expect(screen.getByText('No keychain: secrets last for this run')).toBeDefined();
  const user = userEvent.setup();
  await user.click(within(alert).getByRole('button', { name: 'Open folder' }));
  expect(backend.opened).toEqual(['folder']);
  vi.spyOn(backend, 'openFolder').mockRejectedValue(new AppError({ message: 'xdg-open is not there' }));
  await user.click(within(alert).getByRole('button', { name: 'Open folder' }));
  expect(await within(alert).findByText('xdg-open is not there')).toBeDefined();
  await expectAccessible();
  vi.spyOn(backend, 'reloadServers').mockImplementation(() => {
    backend.fileError = '';
    return backend.servers();
  });
  await user.click(within(alert).getByRole('button', { name: 'Read again' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
});
