import { render, screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import type { Connection } from '../../backend';
import type { FakeBackend } from '../../backend/fake';
import { fakeError, fakeProfiles } from '../../backend/fake/servers';
import { SignIn } from '../../state/signIn.svelte';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import ConnectedTabs from './ConnectedTabs.svelte';
import ConnectionView from './ConnectionView.svelte';

async function view(id: string): Promise<Awaited<ReturnType<typeof testWindow>> & { shown: number[][] }> {
  const w = await testWindow();
  const shown: number[][] = [];
  const signIns = ownSignIns(w.backend);
  const { servers, connections, shell } = w;
  shell.select(id);
  shell.setTab(id, 'overview');
  render(ConnectionView, {
    id,
    servers,
    connections,
    shell,
    signInFor: (of: string) => signIns.get(of),
    onshowentries: (seqs: readonly number[]) => void shown.push([...seqs]),
  });
  return { ...w, shown };
}

/** The sign-ins of one test: the program's own outlive it. */
function ownSignIns(backend: FakeBackend): { get: (id: string) => SignIn } {
  const all = new Map<string, SignIn>();
  return {
    get: (id) => {
      const own = all.get(id) ?? new SignIn(backend, id);
      if (!all.has(id)) own.start();
      all.set(id, own);
      return own;
    },
  };
}

it('shows what a connected server is and what was negotiated', async () => {
  const { shown } = await view('open');
  expect(screen.getByRole('heading', { name: 'Sample server' })).toBeDefined();
  expect(screen.getByText('MCP 2025-11-25 legacy')).toBeDefined();
  expect(await screen.findByText('48213')).toBeDefined();
  expect(screen.getByText(/Start with echo/)).toBeDefined();
  expect(screen.getByText('subscribe, listChanged')).toBeDefined();
  await expectAccessible();
  await userEvent.setup().click(screen.getByRole('button', { name: 'Show “initialize” in the traffic' }));
  expect(shown).toEqual([[1]]);
});

it('explains a refusal', async () => {
  await view('protected');
  expect(screen.getByRole('heading', { name: /401 Unauthorized/ })).toBeDefined();
  expect(screen.getByText('RFC 9728 section 5.1')).toBeDefined();
  await expectAccessible();
});

it('says why a connect failed, with its evidence and steps', async () => {
  await view('broken');
  expect(screen.getByText(/ended with exit status 1/)).toBeDefined();
  expect(screen.getByText(/No module named 'httpx'/)).toBeDefined();
  expect(screen.getByRole('list', { name: 'Steps of this connect' }).children).toHaveLength(2);
  await expectAccessible();
});

it('offers to restart a program that ended', async () => {
  const { backend } = await view('broken');
  const connect = vi.spyOn(backend, 'connect');
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Restart' }));
  await user.click(await screen.findByRole('button', { name: 'Start' }));
  await waitFor(() => expect(connect).toHaveBeenCalledExactlyOnceWith('broken'));
});

it('shows a certificate nobody vouches for, trusts it on a click and connects', async () => {
  const { backend, connections } = await view('legacy');
  const trust = vi.spyOn(backend, 'trust');
  const user = userEvent.setup();
  await connections.connect('legacy');
  const certificate = within(await screen.findByRole('region', { name: 'Certificate' }));
  expect(certificate.getByText(/^9F:86:D0:81/)).toBeDefined();
  await expectAccessible();
  await user.click(certificate.getByRole('button', { name: 'Copy the fingerprint' }));
  await user.click(certificate.getByRole('button', { name: 'Trust this certificate for this server' }));
  await waitFor(() => expect(connections.phase('legacy')).toBe('connected'));
  expect(trust).toHaveBeenCalledExactlyOnceWith('legacy', expect.stringMatching(/^9f86d081/));
});

it('says once for a connection that the server logs to standard output', async () => {
  const { backend, connections } = await view('files');
  await backend.setSecrets('files', [{ name: 'secret:token', value: 'x', clear: false }]);
  await connections.connect('files');
  expect(await screen.findByText('"Listening on port 3000 …"')).toBeDefined();
  expect(screen.getByRole('alert').textContent).toContain('Log to standard error instead');
  await expectAccessible();
  await userEvent.setup().click(screen.getByRole('button', { name: 'Dismiss' }));
  expect(screen.queryByRole('alert')).toBeNull();
  expect(connections.hushed(connections.get('files')?.conn ?? '')).toBe(true);
});

it('shows the steps of a connect under way, and cancels it', async () => {
  const { connections } = await view('slow');
  expect(screen.getByRole('list', { name: 'Steps so far' })).toBeDefined();
  await expectAccessible();
  await userEvent.setup().click(screen.getByRole('button', { name: 'Cancel' }));
  await waitFor(() => expect(connections.phase('slow')).toBe('disconnected'));
});

it('asks before a command that nobody confirmed starts', async () => {
  const { backend, connections } = await view('broken');
  const confirm = vi.spyOn(backend, 'confirmLaunch');
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Connect' }));
  expect(await screen.findByText('Start this program?')).toBeDefined();
  expect(screen.getByText('my-mcp-server')).toBeDefined();
  expect(confirm).not.toHaveBeenCalled();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Start' }));
  await waitFor(() => expect(confirm).toHaveBeenCalledExactlyOnceWith('broken', 'hash-broken'));
  await waitFor(() => expect(connections.phase('broken')).toBe('failed'));
});

it('says what changed in a command since it was allowed', async () => {
  const { backend } = await view('broken');
  backend.changed.set('broken', {
    since: 'changed',
    changes: [
      {
        field: 'args',
        lines: [
          { mark: '', text: '--quiet' },
          { mark: '-', text: '/safe' },
          { mark: '+', text: '/other' },
        ],
      },
    ],
  });
  await userEvent.setup().click(screen.getByRole('button', { name: 'Connect' }));
  expect(await screen.findByText('Changed since you last allowed it: the arguments.')).toBeDefined();
  expect(screen.getByText('/safe', { selector: 'del' }).textContent).toBe('−before /safe');
  expect(screen.getByText('/other', { selector: 'ins' }).textContent).toBe('+new /other');
  await expectAccessible();
});

it('shows settings that came from elsewhere before they are used', async () => {
  const { backend } = await view('protected');
  const confirm = vi.spyOn(backend, 'confirmLaunch');
  const user = userEvent.setup();
  backend.changed.set('protected', {
    since: 'changed',
    changes: [
      {
        field: 'auth.tokenEndpoint',
        lines: [
          { mark: '-', text: 'https://as.example/token' },
          { mark: '+', text: 'https://evil.example/token' },
        ],
      },
    ],
  });
  await user.click(screen.getAllByRole('button', { name: /Try again|Connect/ })[0] as HTMLElement);
  expect(await screen.findByText('Use these settings?')).toBeDefined();
  expect(screen.getByText('https://evil.example/token', { selector: 'ins' })).toBeDefined();
  expect(screen.getByText('https://as.example/token', { selector: 'del' })).toBeDefined();
  expect(confirm).not.toHaveBeenCalled();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Allow and connect' }));
  await waitFor(() => expect(confirm).toHaveBeenCalledExactlyOnceWith('protected', 'hash-protected'));
});

it('asks for a missing secret, and for nothing before it is given', async () => {
  const { backend } = await view('files');
  const keep = vi.spyOn(backend, 'setSecrets');
  const user = userEvent.setup();
  await user.click(screen.getAllByRole('button', { name: 'Connect' })[0] as HTMLElement);
  const field = await screen.findByLabelText('Secret token');
  await user.click(screen.getByRole('button', { name: 'Start' }));
  expect(screen.getByText(/Give a value/)).toBeDefined();
  expect(keep).not.toHaveBeenCalled();
  await user.type(field, 'hunter2{Enter}');
  await waitFor(() =>
    expect(keep).toHaveBeenCalledWith('files', [{ name: 'secret:token', value: 'hunter2', clear: false }]),
  );
});

it('keeps a closed notice closed when it is read anew, and shows the next', async () => {
  const { shell, connections } = await testWindow();
  const open = connections.get('open');
  const server = fakeProfiles()[0];
  if (!open || !server) throw new Error('the twin has no such server');
  const refused = (seq: number): Connection => ({
    ...open,
    banner: fakeError({ kind: 'http', message: 'a request failed', entries: [seq] }),
  });
  const { rerender } = render(ConnectedTabs, {
    server,
    connection: refused(7),
    shell,
    onshowentries: () => undefined,
    onretry: () => undefined,
    onedit: () => undefined,
  });
  await userEvent.setup().click(screen.getByRole('button', { name: 'Dismiss' }));
  await rerender({ connection: refused(7) });
  expect(screen.queryByRole('alert')).toBeNull();
  await rerender({ connection: refused(9) });
  expect(screen.getByRole('alert').textContent).toContain('a request failed');
});

it('signs in from the refusal, and puts the refusal away once what it stood in the way of came through', async () => {
  const { backend, connections } = await view('protected');
  const user = userEvent.setup();
  const next = within(await screen.findByRole('region', { name: 'Sign-in: what to do next' }));
  expect(await screen.findByRole('listbox', { name: /Sequence of the sign-in/ })).toBeDefined();
  await user.click(next.getByRole('button', { name: 'Sign in' }));
  await waitFor(() => expect(connections.phase('protected')).toBe('connected'));
  expect(await screen.findByRole('button', { name: /Signed in as Ada Lovelace/ })).toBeDefined();
  const { challenge, replay } = backend.signIns.get('protected');
  if (!challenge || !replay) throw new Error('the twin has no challenge, or no replay');
  const again = { ...challenge, exchange: 77 };
  backend.signIns.set('protected', { phase: 'refused', challenge: again, replay: { ...replay, state: 'running' } });
  backend.banner('protected', fakeError({ kind: 'auth', message: '403', challenge: again }));
  expect(await screen.findByRole('alert')).toBeDefined();
  await expectAccessible();
  backend.signIns.set('protected', { phase: 'done', replay });
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
});
