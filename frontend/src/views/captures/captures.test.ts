import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { Captures } from '../../state/captures.svelte';
import { expectAccessible } from '../../test/axe';
import CapturesDialog from './CapturesDialog.svelte';

async function open() {
  const backend = new FakeBackend({ speed: 1000, past: 1 });
  const captures = new Captures(backend);
  captures.start();
  await captures.pull();
  const onopen = vi.fn();
  const onclose = vi.fn();
  render(CapturesDialog, { captures, opened: [], onopen, onclose });
  return { backend, captures, onopen, onclose, user: userEvent.setup() };
}

const rows = () => screen.getAllByRole('listitem');

it('lists what is kept by server, is searched, and opens a capture', async () => {
  const { user, onopen, onclose } = await open();
  expect(screen.getAllByRole('heading', { level: 3 }).map((h) => h.textContent)).toEqual([
    'Sample server',
    'Search (staging)',
  ]);
  await expectAccessible(document.body);
  await user.type(screen.getByRole('searchbox', { name: 'Search captures' }), 'token expired');
  expect(rows().length).toBe(1);
  await user.click(within(rows()[0] ?? document.body).getAllByRole('button')[0] ?? document.body);
  expect(onopen).toHaveBeenCalledWith(['7:c2']);
  expect(onclose).toHaveBeenCalled();
});

it('opens several at once: those that are checked, or a whole run', async () => {
  const { user, onopen } = await open();
  await user.click(within(rows()[0] ?? document.body).getByRole('checkbox'));
  await user.click(within(rows()[1] ?? document.body).getByRole('checkbox'));
  await expectAccessible(document.body);
  await user.click(screen.getByRole('button', { name: 'Open 2 captures' }));
  expect(new Set(onopen.mock.calls[0]?.[0] as string[])).toEqual(new Set(['7:c1', '6:c1']));
  await user.click(screen.getByRole('button', { name: 'Choose none' }));
  await user.click(screen.getByRole('button', { name: 'By run' }));
  expect(screen.getAllByRole('heading', { level: 3 }).map((h) => h.textContent)).toEqual([
    expect.stringMatching(/^(Today|Yesterday), \d\d:\d\d:\d\d to \d\d:\d\d:\d\d$/),
    expect.any(String),
  ]);
  await expectAccessible(document.body);
  await user.click(screen.getByRole('button', { name: 'Open all 2' }));
  expect(onopen).toHaveBeenLastCalledWith(['7:c1', '7:c2']);
  await user.type(screen.getByRole('searchbox', { name: 'Search captures' }), 'token expired');
  await user.click(screen.getByRole('button', { name: 'Open it' }));
  expect(onopen).toHaveBeenLastCalledWith(['7:c2']);
});

it('names, comments, pins and deletes, and brings back', async () => {
  const { user, captures } = await open();
  const menu = async (item: RegExp) => {
    await user.click(within(rows()[1] ?? document.body).getByRole('button', { name: /^Actions/ }));
    await user.click(await screen.findByRole('menuitem', { name: item }));
  };
  await menu(/Rename/);
  await user.type(screen.getByRole('textbox', { name: /^Name of the capture/ }), 'before the change{Enter}');
  await waitFor(() => expect(captures.get('6:c1')?.name).toBe('before the change'));
  await menu(/Pin/);
  await waitFor(() => expect(captures.get('6:c1')?.pinned).toBe(true));
  expect(screen.queryByRole('button', { name: 'Undo' })).toBeNull();
  await menu(/Delete/);
  await waitFor(() => expect(rows().length).toBe(2));
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await waitFor(() => expect(rows().length).toBe(3));
});

it('tells how much room is used, and why nothing is kept', async () => {
  const { user, backend, captures } = await open();
  await user.selectOptions(screen.getByRole('combobox', { name: 'The most that captures may take' }), '4 GiB');
  await waitFor(() => expect(captures.store?.maxBytes).toBe(4 * 2 ** 30));
  backend.kept.store = { ...backend.kept.store, overfull: true, aside: '/data/captures-damaged-1.db' };
  await captures.pull();
  expect(await screen.findByText(/More than that is kept: all of it is pinned/)).toBeTruthy();
  expect(screen.getByText(/put aside as \/data\/captures-damaged-1\.db/)).toBeTruthy();
  backend.kept.store = {
    ...backend.kept.store,
    mode: 'memory',
    problem: 'The disk is full.',
    hint: 'Make room on it.',
  };
  await captures.pull();
  expect(await screen.findByText(/The disk is full\. Make room on it\./)).toBeTruthy();
});
