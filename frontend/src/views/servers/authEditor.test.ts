import { render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import EditorDialog from './EditorDialog.svelte';

async function editor(id: string, change: object = {}): Promise<Awaited<ReturnType<typeof testWindow>>> {
  const w = await testWindow();
  const { backend, servers, connections, shell } = w;
  const server = servers.get(id);
  if (!server) throw new Error('the twin has no such server');
  const changed = await backend.saveServer({ ...server, ...change }, []);
  await servers.pull();
  shell.edit(id);
  render(EditorDialog, { backend, server: changed, servers, connections, shell });
  return w;
}

it('saves a way in with its secret for the keychain only', async () => {
  const { backend } = await editor('legacy');
  const save = vi.spyOn(backend, 'saveServer');
  const user = userEvent.setup();
  await user.click(screen.getByText('Sign-in'));
  await user.selectOptions(screen.getByLabelText('Way in'), 'client_credentials');
  await user.type(screen.getByLabelText('Client id'), 'robot');
  await user.type(screen.getByLabelText('Client secret'), 'hunter2');
  await user.type(screen.getByLabelText('Scopes'), 'a  b');
  expect(screen.queryByLabelText('Redirect port')).toBeNull();
  await user.click(screen.getByText('More'));
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(save).toHaveBeenCalledOnce());
  const [server, secrets] = save.mock.calls[0] ?? [];
  expect(server?.auth).toEqual({ grant: 'client_credentials', clientID: 'robot', scopes: ['a', 'b'] });
  expect(secrets).toEqual([{ name: 'auth:client_secret', value: 'hunter2', clear: false }]);
});

it('keeps what it was given when nothing of it is touched', async () => {
  const auth = { issuer: 'https://as.example.com', allowNoPKCE: true };
  const network = { ca: '/ca.pem' };
  const { backend } = await editor('legacy', { auth, network });
  const save = vi.spyOn(backend, 'saveServer');
  const user = userEvent.setup();
  await user.type(screen.getByLabelText('Name'), '!');
  await user.click(screen.getByRole('button', { name: 'Save' }));
  await waitFor(() => expect(save).toHaveBeenCalledOnce());
  expect(save.mock.calls[0]?.[0]).toMatchObject({ auth, network });
});

it('opens the field that Go turned down, and says why there', async () => {
  const { shell } = await editor('legacy');
  const user = userEvent.setup();
  await user.click(screen.getByText('Sign-in'));
  await user.click(screen.getByText('More'));
  await user.type(screen.getByLabelText('Authorization server (issuer)'), 'http://as.example.com');
  await user.click(screen.getByText('More'));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  const field = screen.getByLabelText('Authorization server (issuer)');
  await waitFor(() => expect(field.getAttribute('aria-invalid')).toBe('true'));
  expect(screen.getByText('Is plain HTTP: write https://')).toBeDefined();
  expect(shell.dialog.kind).toBe('edit');
});

it('copies the client document once its URL is saved, and asks for the proxy’s password', async () => {
  const url = 'https://example.com/sightglass.json';
  const { backend } = await editor('legacy', { auth: { clientMetadataURL: url } });
  const asked = vi.spyOn(backend, 'clientDocument');
  const user = userEvent.setup();
  await user.click(screen.getByText('Sign-in'));
  await user.click(screen.getByRole('button', { name: 'Copy the document' }));
  await waitFor(() => expect(asked).toHaveBeenCalledWith('legacy'));
  await user.type(screen.getByLabelText('URL of the client ID metadata document'), '2');
  expect(screen.getByRole('button', { name: /Copy the document|Copied|Could not/ }).hasAttribute('disabled')).toBe(
    true,
  );
  await user.click(screen.getByText('Network'));
  await user.type(screen.getByLabelText('Proxy'), 'http://me:${{secret:proxy}@proxy:3128');
  expect(screen.getByLabelText('Value of ${secret:proxy}')).toBeDefined();
  await expectAccessible();
});
