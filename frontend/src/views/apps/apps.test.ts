import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { AppError, backend, type core } from '../../backend';
import { Drafts } from '../../lib/drafts';
import { Runs } from '../../state/runs.svelte';
import { ProfileTools } from '../../state/tools.svelte';
import { expectAccessible } from '../../test/axe';
import AppAsk from './AppAsk.svelte';
import AppsView from './AppsView.svelte';

const wait = { timeout: 60_000 };
const faultOf = (e: unknown): AppError['fault'] => AppError.from(e).fault;

/** Tools of the twin, of which two have an app. */
function appTools(): ProfileTools {
  const runs = new Runs({
    run: (input) => backend.run(input),
    cancel: (call) => backend.cancelCall(call),
    calls: (profile) => backend.calls(profile),
    onCalls: (call) => backend.on('calls', call),
    faultOf,
  });
  const withApps = (tool: core.Tool): core.Tool =>
    tool.name === 'echo' || tool.name === 'add' ? { ...tool, ui: `ui://sample/${tool.name}` } : tool;
  return new ProfileTools(
    {
      tools: async (id, pages) => {
        const list = await backend.tools(id, pages);
        return { ...list, tools: list.tools.map(withApps) };
      },
      tool: (id, index) => backend.tool(id, index),
      check: (input) => backend.check(input),
      listChanges: (id, of) => backend.listChanges(id, of),
      dismissChanges: (id, of) => backend.dismissChanges(id, of),
      connections: (after) => backend.connections(after),
      onConnections: (call) => backend.on('connections', call),
      faultOf,
    },
    runs,
    new Drafts(localStorage),
    'open',
  );
}

test('lists the tools with an app, and opens one in a sandboxed frame', async () => {
  render(AppsView, { profile: 'open', tools: appTools() });
  const list = await screen.findByRole('listbox', { name: 'Tools with an app' });
  await waitFor(() => expect(within(list).getAllByRole('option')).toHaveLength(2), wait);
  const user = userEvent.setup();
  await user.click(within(list).getByText('add'));
  expect(await screen.findByText('ui://sample/add')).toBeDefined();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Open app' }));
  const frame = await screen.findByTitle('App add', {}, wait);
  expect(frame.getAttribute('sandbox')).toBe('allow-scripts allow-forms');
  await user.click(screen.getByRole('tab', { name: /^Sandbox/ }));
  expect(screen.getByText("connect-src 'none'")).toBeDefined();
  expect(screen.getByText(/it is no origin/)).toBeDefined();
  await user.click(screen.getByRole('checkbox', { name: 'clipboardWrite' }));
  await user.click(screen.getByRole('button', { name: 'Open anew with these' }));
  await user.click(await screen.findByRole('tab', { name: /^Sandbox/ }, wait));
  await waitFor(
    () => expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'clipboardWrite' }).checked).toBe(true),
    wait,
  );
  expect(screen.queryByRole('button', { name: 'Open anew with these' })).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Close app' }));
  expect(await screen.findByRole('button', { name: 'Open app' })).toBeDefined();
});

test('a question cannot be answered by a click that was under way when it came', async () => {
  const answers: [boolean, boolean | undefined][] = [];
  render(AppAsk, {
    ask: {
      kind: 'tool',
      title: 'The app wants to call a tool',
      subject: 'measure',
      detail: '{}',
      yes: 'Call it',
      always: 'Always',
    },
    more: 2,
    onanswer: (yes: boolean, always?: boolean) => void answers.push([yes, always]),
  });
  const user = userEvent.setup();
  const yes = screen.getByRole<HTMLButtonElement>('button', { name: 'Call it' });
  expect(yes.disabled).toBe(true);
  await waitFor(() => expect(yes.disabled).toBe(false), wait);
  expect(screen.getByText('and 2 more questions')).toBeDefined();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Always' }));
  await user.click(screen.getByRole('button', { name: 'Refuse' }));
  expect(answers).toEqual([
    [true, true],
    [false, undefined],
  ]);
});
