import { render, screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { upTo } from '../../backend/fake/signIn';
import type { core } from '../../backend';
import { setClipboard } from '../../ui/clipboard';
import { SignIn } from '../../state/signIn.svelte';
import { expectAccessible } from '../../test/axe';
import SignInView from './SignInView.svelte';

let backend: FakeBackend;
let own: SignIn;
let shown: number[][];

beforeEach(() => {
  backend = new FakeBackend({ speed: 1000, past: 0 });
  own = new SignIn(backend, 'protected');
  shown = [];
  setClipboard((text) => backend.copy(text));
});

async function view(change: Partial<core.SignIn> = {}): Promise<ReturnType<typeof userEvent.setup>> {
  backend.signIns.set('protected', change);
  own.start();
  await own.pull();
  render(SignInView, { signIn: own, onshowentries: (seqs: readonly number[]) => void shown.push([...seqs]) });
  return userEvent.setup();
}

const button = (name: string | RegExp): HTMLElement => screen.getByRole('button', { name });

it('shows what was found out about a refusal, and signs in by one button', async () => {
  const user = await view();
  expect(screen.getByText('A token is needed')).toBeDefined();
  expect(within(screen.getByRole('list', { name: 'Steps of the sign-in' })).getAllByRole('listitem')).toHaveLength(11);
  await expectAccessible();
  await user.click(button('Sign in'));
  await waitFor(() => expect(own.phase).toBe('done'));
  expect(await screen.findByText('The connect was sent again and came through.')).toBeDefined();
  await expectAccessible();
});

it('draws who told whom what: by keys, with words, and with the way to the traffic', async () => {
  const user = await view();
  const picture = screen.getByRole('listbox', { name: /Sequence of the sign-in/ });
  expect(within(picture).getAllByRole('option')).toHaveLength(3);
  picture.focus();
  await user.keyboard('{ArrowDown}{ArrowDown}');
  const chosen = within(picture).getByRole('option', { selected: true });
  expect(chosen.querySelector('.visually-hidden')?.textContent).toBe(
    'Resource metadata: Sightglass to MCP server, GET /.well-known/oauth-protected-resource/mcp, 200, done',
  );
  const step = screen.getByRole('region', { name: 'Resource metadata' });
  expect(within(step).getByRole('table', { name: /^Got with/ })).toBeDefined();
  expect(within(step).getByText('RFC 9728 section 3.3')).toBeDefined();
  await user.keyboard('{Enter}');
  expect(shown).toEqual([[2]]);
  await expectAccessible();
});

it('waits for the browser: opens it again, copies, takes a callback by hand', async () => {
  const user = await view({ phase: 'browser', browser: { ...(await waiting()), opened: 'There is no browser here.' } });
  expect(screen.getByText('There is no browser here.')).toBeDefined();
  expect(screen.getByText(/favicon/)).toBeDefined();
  await user.click(button('Open browser again'));
  await waitFor(() => expect(backend.opened).toHaveLength(1));
  await user.click(button('Copy the redirect URI'));
  await waitFor(() => expect(backend.copied).toEqual(['http://127.0.0.1:39699/callback']));
  const order = vi.spyOn(backend, 'stepSignIn').mockResolvedValue();
  await user.type(screen.getByLabelText('Or paste the callback'), ' http://127.0.0.1:39699/callback?code=1 {Enter}');
  await waitFor(() =>
    expect(order).toHaveBeenCalledWith({
      profile: 'protected',
      step: 'browser',
      inputs: { callback: 'http://127.0.0.1:39699/callback?code=1' },
      only: false,
    }),
  );
  await expectAccessible();
});

async function waiting(): Promise<core.BrowserWait> {
  const { fakeWait } = await import('../../backend/fake/signIn');
  return fakeWait();
}

it('stops before each step, and runs it with edited inputs', async () => {
  const user = await view();
  const order = vi.spyOn(backend, 'stepSignIn');
  await user.click(button('Step by step'));
  const form = await screen.findByRole('form', { name: 'Inputs of “Client”' });
  await user.type(within(form).getByLabelText('Client id'), 'mine');
  await user.selectOptions(within(form).getByLabelText('Kind of client'), 'registered');
  await expectAccessible();
  await user.click(within(form).getByRole('button', { name: 'Run this step' }));
  await waitFor(() => expect(own.all?.next).toBe('scopes'));
  expect(order.mock.calls[0]?.[0]).toMatchObject({
    step: 'client',
    inputs: { client_id: 'mine', kind: 'registered' },
    only: true,
  });
});

it('asks for more scopes: which are new, which there were', async () => {
  const up = {
    operation: 'tools/call write_note',
    have: ['notes:read'],
    new: ['notes:write'],
    union: [],
    attempt: 2,
    stopped: '',
  };
  await view({ phase: 'refused', why: 'step-up', stepUp: up });
  expect(button('Ask for this scope')).toBeDefined();
  expect(screen.getByText('notes:write').className).toContain('new');
  expect(screen.getByText(/2 of 3/)).toBeDefined();
  await expectAccessible();
});

it('opens the step that failed, with the finding and what to do', async () => {
  const steps = upTo('server').map((s) =>
    s.id === 'server'
      ? {
          ...s,
          state: 'failed',
          verdict: 'The metadata name another issuer.',
          fix: 'Publish issuer letter by letter.',
          findings: [
            { severity: 'error', text: '<b>It differs</b>.', source: 'RFC 8414 section 3.3', fix: 'Mend it.' },
          ],
          messages: s.messages.map((m) => ({ ...m, state: 'failed' })),
        }
      : s,
  );
  await view({ phase: 'failed', steps, err: { ...fault(), message: 'The metadata name another issuer.' } });
  const step = screen.getByRole('region', { name: 'Server metadata' });
  expect(within(step).getByText('Publish issuer letter by letter.')).toBeDefined();
  expect(within(step).getByText('<b>It differs</b>.')).toBeDefined();
  expect(step.querySelector('b')).toBeNull();
  expect(button('Sign in again')).toBeDefined();
  await expectAccessible();
});

function fault(): core.Error {
  return {
    server: '',
    kind: 'protocol',
    step: '',
    message: '',
    hint: '',
    detail: '',
    status: 0,
    headers: [],
    rpcCode: 0,
    rpc: '',
    entries: [],
    fingerprint: '',
  };
}

it('shows an identity, judged and decoded; names it, refreshes it, signs it out after a question', async () => {
  const user = await view();
  await user.click(button('Sign in'));
  await waitFor(() => expect(own.phase).toBe('done'));
  const identity = within(await screen.findByRole('article', { name: 'Identity Ada Lovelace' }));
  expect(identity.getByText('expires in 59 s', { exact: false })).toBeDefined();
  expect(within(identity.getByRole('list', { name: 'Judgements' })).getByText('audience')).toBeDefined();
  expect(identity.getByRole('tree', { name: 'Payload of the token' })).toBeDefined();
  await expectAccessible();
  await user.type(identity.getByLabelText('Name of this identity'), 'Work{Enter}');
  await screen.findByRole('article', { name: 'Identity Work' });
  await user.click(button('Refresh now'));
  await user.click(button('Sign out'));
  await user.click(within(await screen.findByRole('alertdialog')).getByRole('button', { name: 'Sign out' }));
  expect(await screen.findByText(/Revoked at the authorization server/)).toBeDefined();
  expect(own.identities).toHaveLength(0);
});

it('says at once that a token lasts for this run only', async () => {
  await view();
  await own.do('start');
  await waitFor(() => expect(own.phase).toBe('done'));
  backend.signIns.set('protected', { inMemory: true, store: 'There is no keychain here.' });
  expect(await screen.findByText('Kept in memory only.')).toBeDefined();
});

it('says why a keychain has not got the token, and tries it again', async () => {
  const user = await view();
  await own.do('start');
  await waitFor(() => expect(own.phase).toBe('done'));
  const identities = own.identities.map((i) => ({ ...i, place: 'memory' }));
  backend.signIns.set('protected', { identities });
  expect(await screen.findByText(/its prompt was refused or not answered/)).toBeDefined();
  await user.click(button('Try the keychain again'));
  await waitFor(() => expect(screen.queryByText('Kept in memory only.')).toBeNull());
});

it('says whose token is used after a sign-out', async () => {
  const user = await view();
  await own.do('start');
  await waitFor(() => expect(own.phase).toBe('done'));
  const [mine] = own.identities;
  if (!mine) throw new Error('nobody is signed in');
  backend.signIns.set('protected', { identities: [{ ...mine, id: 'other', name: 'Bob' }, mine] });
  await waitFor(() => expect(own.identities).toHaveLength(2));
  await user.click(screen.getByRole('tab', { name: /Identities/ }));
  await user.click(button('Sign out'));
  expect((await screen.findByRole('alertdialog')).textContent).toContain('After that Bob is used.');
});

it('checks the server, and tells each result with what was seen', async () => {
  const user = await view();
  await user.click(screen.getByRole('tab', { name: 'Checks' }));
  await user.click(button('Check this server'));
  await screen.findByText(/13 passed, 2 warnings/);
  const list = within(screen.getByRole('list', { name: 'Results of the checks' }));
  expect(list.getAllByText('Pass', { selector: '.word' })).toHaveLength(13);
  await expectAccessible();
  await user.click(list.getByRole('button', { name: 'Show “No token” in the traffic' }));
  expect(shown).toEqual([[2]]);
});

it('says what to do where nothing is yet', async () => {
  const user = await view({ phase: 'none', steps: [] });
  expect(screen.getByText('No sign-in yet')).toBeDefined();
  await user.click(screen.getByRole('tab', { name: 'Identities' }));
  expect(screen.getByText('No identity yet')).toBeDefined();
  await expectAccessible();
});
