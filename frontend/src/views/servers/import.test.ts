import { render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import ExportDialog from './ExportDialog.svelte';
import ImportDialog from './ImportDialog.svelte';

const text = JSON.stringify({
  mcpServers: {
    filesystem: { command: 'npx', args: ['-y', 'fs'], env: { API_TOKEN: 'tok-1234567', LEVEL: 'debug' } },
    remote: { url: 'https://x.example/mcp' },
    odd: {},
  },
});

async function dialog(): Promise<Awaited<ReturnType<typeof testWindow>>> {
  const w = await testWindow();
  w.shell.dialog = { kind: 'import' };
  render(ImportDialog, { backend: w.backend, servers: w.servers, shell: w.shell });
  return w;
}

it('shows what was found before anything is added', async () => {
  const { backend, shell } = await dialog();
  const accept = vi.spyOn(backend, 'acceptImport');
  const user = userEvent.setup();
  await user.click(screen.getByLabelText('JSON'));
  await user.paste(text);
  expect(await screen.findByText('3 servers found')).toBeDefined();
  expect(screen.getByText('it has neither a command nor a url')).toBeDefined();
  expect(screen.getByLabelText('Variable API_TOKEN')).toHaveProperty('checked', true);
  expect(screen.getByLabelText('Variable LEVEL')).toHaveProperty('checked', false);
  await expectAccessible();
  await user.selectOptions(screen.getByLabelText('What to do with filesystem'), 'replace');
  await user.click(screen.getByLabelText('Variable LEVEL'));
  await user.clear(screen.getByLabelText('Name of remote'));
  await user.type(screen.getByLabelText('Name of remote'), 'far');
  await user.click(screen.getByRole('button', { name: 'Import 2 servers' }));
  await waitFor(() => expect(shell.dialog.kind).toBe('none'));
  const items = accept.mock.calls[0]?.[0].items ?? [];
  expect(items.map((i) => [i.key, i.profile.name, i.skip, i.replace])).toEqual([
    ['filesystem', 'filesystem', false, true],
    ['remote', 'far', false, false],
    ['odd', 'odd', true, false],
  ]);
  expect(items[0]?.secrets.map((s) => s.secret)).toEqual([true, true]);
});

it('says why a text cannot be read', async () => {
  await dialog();
  const user = userEvent.setup();
  await user.click(screen.getByLabelText('JSON'));
  await user.paste('{ nope');
  expect(await screen.findByText(/^not JSON/)).toBeDefined();
  expect(screen.getByRole('button', { name: 'Import' })).toHaveProperty('disabled', true);
});

it('exports what is chosen, as the form that is chosen', async () => {
  const { backend, servers } = await testWindow();
  render(ExportDialog, { backend, servers, ids: ['files'], onclose: () => undefined });
  const user = userEvent.setup();
  const preview = screen.getByLabelText('What is written');
  await waitFor(() => expect(preview.textContent).toContain('"mcpServers"'));
  expect(preview.textContent).toContain('${input:API_TOKEN}');
  await user.click(screen.getByLabelText('old weather'));
  await user.selectOptions(screen.getByLabelText('Form'), 'servers');
  await waitFor(() => expect(preview.textContent).toContain('weather.example.org'));
  expect(preview.textContent).toContain('"servers"');
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: /^Save to a file/ }));
  expect(await screen.findByText('Saved to /home/me/mcp.json')).toBeDefined();
});
