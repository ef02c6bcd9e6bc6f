import { render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import EditorDialog from './EditorDialog.svelte';

async function editor(change: object = {}): Promise<Awaited<ReturnType<typeof testWindow>>> {
  const w = await testWindow();
  const { backend, servers, connections, shell } = w;
  const server = servers.get('legacy');
  if (!server) throw new Error('the twin has no such server');
  const changed = await backend.saveServer({ ...server, ...change }, []);
  await servers.pull();
  shell.edit('legacy');
  render(EditorDialog, { backend, server: changed, servers, connections, shell });
  return w;
}

it('saves what is declared and what every request carries', async () => {
  const { backend } = await editor();
  const save = vi.spyOn(backend, 'saveServer');
  const user = userEvent.setup();
  await user.click(screen.getByText('Protocol'));
  await user.selectOptions(screen.getByLabelText('Era'), 'modern');
  await user.selectOptions(screen.getByLabelText('Log level'), 'warning');
  await user.click(screen.getByLabelText('sampling'));
  expect(screen.getByLabelText('sampling with tools')).toHaveProperty('disabled', true);
  await user.click(screen.getByLabelText('MCP Apps'));
  await user.click(screen.getByLabelText(/Send a traceparent/));
  await user.type(screen.getByLabelText('Rounds'), '40');
  await user.type(screen.getByLabelText('Message (MiB)'), '512');
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(save).toHaveBeenCalledOnce());
  expect(save.mock.calls[0]?.[0]).toMatchObject({
    era: { mode: 'modern' },
    protocol: {
      off: ['sampling', 'io.modelcontextprotocol/ui'],
      logLevel: 'warning',
      trace: true,
      limits: { rounds: 40, messageBytes: 512 * 1024 * 1024 },
    },
  });
});

it('keeps what it was given, roots too, and says what is wrong at its field', async () => {
  const protocol = { roots: [{ uri: 'file:///a', name: 'a' }], meta: '{"com.example/a":1}', paged: true };
  const { backend } = await editor({ protocol });
  const save = vi.spyOn(backend, 'saveServer');
  const user = userEvent.setup();
  await user.click(screen.getByText('Protocol'));
  expect(screen.getByText(/^1 root/)).toBeDefined();
  expect(screen.getByRole('group', { name: '_meta of every request' })).toBeDefined();
  await user.type(screen.getByLabelText('Pages'), '-1');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('A number from 1 to 1,000,000, or nothing.')).toBeDefined();
  expect(save).not.toHaveBeenCalled();
  await user.clear(screen.getByLabelText('Pages'));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(save).toHaveBeenCalledOnce());
  expect(save.mock.calls[0]?.[0]).toMatchObject({ protocol });
});

it('opens the section when Go turned a field of it down', async () => {
  const { backend } = await editor();
  vi.spyOn(backend, 'saveServer').mockRejectedValueOnce({
    message: JSON.stringify({
      server: '',
      kind: 'input',
      step: 'save server',
      message: 'server "legacy": protocol.limits.rounds: is not between 0 and 1000000',
      hint: '',
      detail: '',
      status: 0,
      headers: [],
      rpcCode: 0,
      rpc: '',
      entries: [],
      fingerprint: '',
    }),
  });
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(screen.getByLabelText('Rounds').getAttribute('aria-invalid')).toBe('true'));
});
