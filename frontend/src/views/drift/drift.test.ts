import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { dayOf, driftSummary } from '../../lib/driftWords';
import { compare } from '../../state/appCompare';
import { makeDrift } from '../../state/appDrift';
import { lasting } from '../../state/lasting.svelte';
import { expectAccessible } from '../../test/axe';
import { setClipboard } from '../../ui/clipboard';
import DriftView from './DriftView.svelte';

const wait = { timeout: 60_000 };

beforeEach(() => {
  compare.close();
  compare.forget();
});

async function open(more: Partial<FakeBackend['driftMore']> = {}): Promise<{
  backend: FakeBackend;
  container: HTMLElement;
  user: ReturnType<typeof userEvent.setup>;
}> {
  const backend = new FakeBackend({ speed: 1000, past: 3 });
  backend.driftMore = more;
  const drift = lasting(() => makeDrift(backend, 'open'));
  const { container } = render(DriftView, { profile: 'open', drift });
  await screen.findByText(/Snapshots/, {}, wait);
  return { backend, container, user: userEvent.setup() };
}

it('groups the changes by what they mean, the worst first', async () => {
  const { container } = await open();
  const titles = screen.getAllByRole('heading', { level: 3 }).map((h) => h.textContent.trim().split(/\s/)[0]);
  expect(titles).toEqual(['Breaking', 'Risky', 'Additive', 'Snapshots']);
  expect(screen.getByText(/^3 changes since .*, 1 breaking, 1 risky, 1 additive$/)).toBeTruthy();
  expect(screen.getByText('The parameter "city" is new, and required.')).toBeTruthy();
  await expectAccessible(container);
});

it('opens a change to why it matters and what differs, and the whole item beside what it was', async () => {
  const { container, user, backend } = await open();
  await user.click(screen.getByRole('button', { name: /The description of the tool changed/ }));
  expect(screen.getByText(/tool poisoning/)).toBeTruthy();
  const table = await screen.findByRole('grid', { name: /Differences of Tool search/ }, wait);
  expect(within(table).getAllByRole('row', { name: /removed|added|changed/ }).length).toBeGreaterThan(0);
  await expectAccessible(container);
  await user.click(screen.getByRole('button', { name: 'Compare side by side' }));
  await waitFor(() => expect(compare.pair?.[1].title).toBe('Tool search, now'), wait);
  expect(backend.drifted).toContain('item tool search');
});

it('compares with another snapshot, and accepts the present one', async () => {
  const { user, backend } = await open();
  await user.click(screen.getByRole('button', { name: 'Accept as baseline' }));
  await screen.findByText('The interface is as it was', {}, wait);
  expect(screen.queryByRole('button', { name: 'Accept as baseline' })).toBeNull();
  await user.selectOptions(screen.getByRole('combobox', { name: 'Compare from' }), '20261114-090000.000000-0000000a');
  await screen.findByText('The parameter "city" is new, and required.', {}, wait);
  expect(backend.drifted.at(-1)).toBe('drift 20261114-090000.000000-0000000a');
});

it('compares two that are kept with each other', async () => {
  const { user, backend, container } = await open();
  backend.snapshots.push({
    ...structuredClone(backend.snapshots[1]),
    id: 'oldest',
    name: 'v0',
    baseline: false,
  } as never);
  await user.click(screen.getByRole('button', { name: 'Read the lists' }));
  await screen.findAllByRole('option', { name: /v0/ }, wait);
  await user.selectOptions(screen.getByRole('combobox', { name: 'Compare from' }), 'oldest');
  await user.selectOptions(screen.getByRole('combobox', { name: 'Compare to' }), '20261114-090000.000000-0000000a');
  await screen.findByText(/^3 changes from v0 to .*, 1 breaking/, {}, wait);
  expect(backend.drifted.at(-1)).toBe('drift oldest 20261114-090000.000000-0000000a');
  await expectAccessible(container);
  await user.click(screen.getByRole('button', { name: 'Compare all' }));
  await waitFor(
    () =>
      expect(compare.pair?.map((side) => side.title)).toEqual([
        'Interface, v0',
        expect.stringMatching(/^Interface, \d+ Nov$/),
      ]),
    wait,
  );
});

it('names a snapshot, and deletes what is not the baseline', async () => {
  const { user, backend, container } = await open();
  const [first] = screen.getAllByRole('button', { name: /^Actions of the snapshot/ });
  if (!first) throw new Error('no menu');
  await user.click(first);
  await user.click(await screen.findByRole('menuitem', { name: /Name/ }, wait));
  const field = await screen.findByRole('textbox', { name: 'Name of the snapshot' }, wait);
  await expectAccessible(container);
  await user.type(field, 'v1.1{Enter}');
  await screen.findByText('v1.1', {}, wait);
  expect(backend.snapshots[0]?.name).toBe('v1.1');
  const [again] = screen.getAllByRole('button', { name: /^Actions of the snapshot/ });
  if (!again) throw new Error('no menu');
  await user.click(again);
  await user.click(await screen.findByRole('menuitem', { name: 'Delete' }, wait));
  await waitFor(() => expect(backend.snapshots).toHaveLength(1), wait);
});

it('says what could not be compared, and reads it when asked to', async () => {
  const { user, backend, container } = await open({
    partial: true,
    problems: ['The snapshot x.json could not be read: it was set aside.'],
  });
  expect(screen.getByText(/was not read to its end/)).toBeTruthy();
  expect(screen.getByText(/was set aside/)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Read the lists' }));
  await waitFor(() => expect(backend.drifted).toContain('read open'), wait);
  await expectAccessible(container);
});

it('hands the report on', async () => {
  const copied = vi.fn<(text: string) => Promise<void>>(() => Promise.resolve());
  setClipboard(copied);
  const { user } = await open();
  await user.click(screen.getByRole('button', { name: 'Copy as Markdown' }));
  await waitFor(() => expect(copied).toHaveBeenCalledWith('# Interface changes'), wait);
});

it('says it in a few words', () => {
  const at = new Date(2026, 10, 14, 9, 5).getTime();
  const counts = { breaking: 1, risky: 0, additive: 2, minor: 0 };
  expect(dayOf(at * 1000, new Date(2026, 10, 21).getTime())).toBe('14 Nov');
  expect(dayOf(at * 1000, new Date(2026, 10, 14, 23).getTime())).toBe('09:05');
  expect(dayOf(at * 1000, new Date(2027, 0, 1).getTime())).toBe('14 Nov 2026');
  expect(driftSummary(counts, at * 1000, 'v1')).toBe('3 changes since v1, 1 breaking, 2 additive');
  expect(driftSummary({ breaking: 0, risky: 0, additive: 0, minor: 0 }, 0, 'v1')).toBe('No changes since v1');
});
