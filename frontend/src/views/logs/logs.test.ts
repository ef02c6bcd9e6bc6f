import { render, screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { backend, type core } from '../../backend';
import { FakeBackend } from '../../backend/fake';
import { logOf } from '../../state/appInspect';
import { expectAccessible } from '../../test/axe';
import LogsView from './LogsView.svelte';

/** The one backend of a test is the twin. */
function twin(): FakeBackend {
  if (backend instanceof FakeBackend) return backend;
  throw new Error('this test runs over the twin');
}

const fake = twin();
let next = 0;

async function view(...lines: Partial<core.LogLine>[]): Promise<{ id: string; shown: number[][] }> {
  const connection = (await backend.connections(0)).find((c) => c.profile === 'open');
  const server = (await backend.servers()).profiles.find((p) => p.id === 'open');
  if (!connection || !server) throw new Error('the twin has no such server');
  const id = `log-${String(++next)}`;
  fake.addLog(id, ...lines);
  fake.inspected.length = 0;
  const shown: number[][] = [];
  render(LogsView, {
    profile: id,
    server,
    connection,
    conn: connection.conn,
    era: connection.era,
    signIn: null,
    blocked: '',
    onshowentries: (seqs: readonly number[]) => void shown.push([...seqs]),
  });
  await waitFor(() => expect(logOf(id).page).not.toBeNull());
  return { id, shown };
}

const texts = (): (string | null | undefined)[] =>
  screen
    .queryAllByRole('option')
    .filter((o) => o.hasAttribute('data-row'))
    .map((o) => o.querySelector('.text')?.textContent);

it('filters by level, text and origin, and follows', async () => {
  const { id } = await view(
    { level: 'debug', text: 'warming up' },
    { level: 'error', text: 'it broke', logger: 'db' },
    { kind: 'stderr', level: '', text: 'a line' },
    { level: 'loud', text: 'odd', problem: 'Its level is none of the eight.' },
  );
  await waitFor(() => expect(texts()).toEqual(['warming up', 'it broke', 'a line', 'odd']));
  await expectAccessible();
  const user = userEvent.setup();
  await user.selectOptions(screen.getByRole('combobox', { name: 'Least severe level shown' }), 'warning');
  await waitFor(() => expect(texts()).toEqual(['it broke', 'a line', 'odd']));
  await user.click(screen.getByRole('checkbox', { name: 'Standard error' }));
  await waitFor(() => expect(texts()).toEqual(['it broke', 'odd']));
  await user.type(screen.getByRole('searchbox'), 'DB');
  await waitFor(() => expect(texts()).toEqual(['it broke']));
  expect(screen.getByText('1 of 4')).toBeDefined();
  await user.type(screen.getByRole('searchbox'), 'nothing');
  await user.click(await screen.findByRole('button', { name: 'Show all' }));
  await waitFor(() => expect(texts()).toHaveLength(4));
  fake.addLog(id, { text: 'one more' });
  fake.emit('traffic', 1e6);
  await waitFor(() => expect(texts().at(-1)).toBe('one more'));
});

it('pauses, clears and saves what is shown', async () => {
  const { id } = await view({ text: 'first' });
  const user = userEvent.setup();
  await waitFor(() => expect(texts()).toEqual(['first']));
  await user.click(screen.getByRole('button', { name: 'Pause' }));
  fake.addLog(id, { text: 'second' });
  fake.emit('traffic', 1e6);
  expect(texts()).toEqual(['first']);
  await user.click(screen.getByRole('button', { name: 'Go on' }));
  await waitFor(() => expect(texts()).toEqual(['first', 'second']));
  await user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(await screen.findByText('Cleared')).toBeDefined();
  fake.addLog(id, { text: 'third' });
  fake.emit('traffic', 1e6);
  await waitFor(() => expect(texts()).toEqual(['third']));
  await user.click(screen.getByRole('button', { name: 'Save' }));
  expect(await screen.findByText('Saved to /home/me/server.log.')).toBeDefined();
  expect(fake.inspected).toContain(`save ${id} after 2`);
  await user.click(screen.getByRole('button', { name: 'Copy' }));
  await waitFor(async () => expect(await navigator.clipboard.readText()).toMatch(/info {2}third$/));
});

it('shows a line whole, with its request and its entry a click away', async () => {
  const { shown } = await view({
    text: '{"code":7}',
    json: true,
    seq: 40,
    call: { seq: 33, method: 'tools/call', name: 'echo' },
  });
  const user = userEvent.setup();
  const list = await screen.findByRole('listbox', { name: 'Log of the server' });
  list.focus();
  await user.keyboard('{ArrowDown}');
  const detail = within(await screen.findByRole('region', { name: 'Chosen message' }));
  expect(detail.getByText(/code/)).toBeDefined();
  await user.click(detail.getByRole('button', { name: 'Show its request' }));
  await user.click(detail.getByRole('button', { name: 'Show in traffic' }));
  list.focus();
  await user.keyboard('{Enter}');
  expect(shown).toEqual([[33], [40], [40]]);
  await expectAccessible();
});

it('asks the server for a level, and says why it would not', async () => {
  const { id } = await view();
  expect(screen.getByText('Nothing logged yet')).toBeDefined();
  const user = userEvent.setup();
  const choice = screen.getByRole('combobox', { name: 'Level asked of the server' });
  await user.selectOptions(choice, 'warning');
  await waitFor(() => expect(logOf(id).page?.level).toBe('warning'));
  await user.selectOptions(choice, 'alert');
  expect(await screen.findByText('the server refused the level')).toBeDefined();
  expect((choice as HTMLSelectElement).value).toBe('warning');
  await user.selectOptions(choice, '');
  expect(await screen.findByText('warning until you reconnect')).toBeDefined();
  expect((choice as HTMLSelectElement).value).toBe('');
  await user.selectOptions(choice, 'error');
  await waitFor(() => expect(screen.queryByText(/until you reconnect/)).toBeNull());
  expect(fake.inspected).toEqual([`level ${id} warning`, `level ${id} alert`, `level ${id} `, `level ${id} error`]);
});
