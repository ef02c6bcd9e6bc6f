import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { bodySide, textSide } from '../../state/appCompare';
import { Compare, type CompareSide } from '../../state/compare.svelte';
import { compareChoices } from '../../state/compareChoices.svelte';
import { ignoring } from '../../state/comparison.svelte';
import { expectAccessible } from '../../test/axe';
import ComparePicked from './ComparePicked.svelte';
import CompareView from './CompareView.svelte';

const wait = { timeout: 60_000 };

beforeEach(() => {
  compareChoices.form = 'json';
  compareChoices.inline = false;
  compareChoices.ignore = '/id';
});

function open(before: CompareSide, after: CompareSide) {
  const onclose = vi.fn();
  const onswap = vi.fn();
  const { container } = render(CompareView, { before, after, onclose, onswap });
  return { container, onclose, onswap, user: userEvent.setup() };
}

const one = '{"id":1,"result":{"tools":[{"name":"a","description":"x"},{"name":"b"}],"n":1.0}}';
const two = '{"result":{"n":1,"tools":[{"name":"b"},{"name":"a","description":"y"},{"name":"c"}]},"id":2}';

it('compares as JSON, leaving out what was asked', async () => {
  const { container, user } = open(textSide('first', one), textSide('second', two));
  const grid = await screen.findByRole('grid', { name: 'Differences' }, wait);
  expect(screen.getByText('1 changed, 1 added, 1 moved, 1 left out')).toBeTruthy();
  expect(
    within(grid).getByRole('row', { name: /^changed "description": "x" became "description": "y"$/ }),
  ).toBeTruthy();
  await expectAccessible(container);
  await user.clear(screen.getByRole('textbox', { name: 'Leave out' }));
  await user.type(screen.getByRole('textbox', { name: 'Leave out' }), 'description{Enter}');
  await screen.findByText('1 changed, 1 added, 1 moved, 1 left out', {}, wait);
  expect(await screen.findByRole('row', { name: /"id": 1 became "id": 2/ }, wait)).toBeTruthy();
  expect(compareChoices.ignore).toBe('description');
});

it('goes from difference to difference by keyboard, and tells the path', async () => {
  const { user, onclose } = open(textSide('first', one), textSide('second', two));
  const grid = await screen.findByRole('grid', { name: 'Differences' }, wait);
  grid.focus();
  await user.keyboard('n');
  await screen.findByText('1 of 3', {}, wait);
  await user.keyboard('n');
  await screen.findByText('2 of 3', {}, wait);
  expect(screen.getByText('/result/tools/1/description')).toBeTruthy();
  await user.keyboard('{Shift>}{F7}{/Shift}');
  await screen.findByText('1 of 3', {}, wait);
  await user.keyboard('{Escape}');
  expect(onclose).toHaveBeenCalledOnce();
});

it('shows it in one column, and as text', async () => {
  const { container, user } = open(textSide('first', one), textSide('second', two));
  await screen.findByRole('grid', { name: 'Differences' }, wait);
  await user.click(screen.getByRole('button', { name: 'Inline' }));
  expect(await screen.findByRole('row', { name: /^changed "description": "y"$/ }, wait)).toBeTruthy();
  await expectAccessible(container);
  await user.click(screen.getByRole('button', { name: 'Text' }));
  expect(
    await screen.findByText(/line/, { selector: '.fold .cell, .path, .count' }, wait).catch(() => null),
  ).toBeDefined();
  await waitFor(() => expect(screen.queryByRole('textbox', { name: 'Leave out' })).toBeNull(), wait);
});

it('opens what is folded', async () => {
  const list = (n: number): string =>
    JSON.stringify({ a: Array.from({ length: 30 }, (_, i) => `item ${String(i)}`), n });
  const { user } = open(textSide('first', list(1)), textSide('second', list(2)));
  const fold = await screen.findByRole('row', { name: /as before, folded/ }, wait);
  await user.click(fold);
  expect(await screen.findByRole('row', { name: '[3] "item 3"' }, wait)).toBeTruthy();
});

it('says that nothing differs, and what does not matter', async () => {
  open(textSide('first', '{"a":1.0,"b":2}'), textSide('second', '{"b":2,"a":1}'));
  await screen.findByText(/only the order of members/, {}, wait);
});

it('compares texts that are no JSON line by line', async () => {
  open(textSide('first', 'a\nb\nc'), textSide('second', 'a\nx\nc'));
  await screen.findByText('Not both are JSON: they are compared line by line.', {}, wait);
  expect(screen.getByRole('row', { name: 'changed b became x' })).toBeTruthy();
});

it('says why a side could not be read', async () => {
  const lost: CompareSide = { title: 'lost', load: () => Promise.reject(new Error('its bytes have left memory')) };
  open(lost, textSide('second', '1'));
  await screen.findByText('its bytes have left memory', {}, wait);
});

describe('sides', () => {
  it('are picked one after the other', async () => {
    const compare = new Compare();
    compare.pick(textSide('a', ''));
    expect([compare.picked?.title, compare.pair]).toEqual(['a', null]);
    compare.pick(textSide('b', ''));
    expect([compare.picked, compare.pair?.map((s) => s.title)]).toEqual([null, ['a', 'b']]);
    compare.swap();
    expect(compare.pair?.map((s) => s.title)).toEqual(['b', 'a']);
    compare.close();
    expect(compare.pair).toBeNull();
    const { container } = render(ComparePicked, { side: textSide('a', ''), onforget: () => undefined });
    await expectAccessible(container);
  });

  it('read a recorded body in ranges, and refuse what is too large or gone', async () => {
    const bytes = new TextEncoder().encode('{"a":1}');
    const body = (total: number, kept: number) => ({
      body: (_: number, __: string, offset: number, length: number) =>
        Promise.resolve({ bytes: bytes.slice(offset, offset + length), total, kept, state: kept < total ? 'cut' : '' }),
    });
    const { signal } = new AbortController();
    expect(await bodySide(1, 'x', '', 'message', body(7, 7)).load(signal)).toBe('{"a":1}');
    await expect(bodySide(1, 'x', '', 'message', body(99, 0)).load(signal)).rejects.toThrow('left memory');
    await expect(bodySide(1, 'x', '', 'message', body(1e9, 1e9)).load(signal)).rejects.toThrow('32 MiB');
  });

  it('leave out names and paths', () => {
    const skip = ignoring(' /_meta, timestamp ,/tools/*/at,/a~1b');
    const said = (path: string): boolean => skip(path.split('|'));
    expect(['_meta', 'x|_meta', 'x|timestamp', 'tools|3|at', 'tools|at', 'a/b'].map(said)).toEqual([
      true,
      false,
      true,
      true,
      false,
      true,
    ]);
  });
});
