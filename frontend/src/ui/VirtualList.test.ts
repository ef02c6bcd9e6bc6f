import { fireEvent, render, screen } from '@testing-library/svelte';
import { createRawSnippet } from 'svelte';
import { expect, it, vi } from 'vitest';
import { expectAccessible } from '../test/axe';
import VirtualList from './VirtualList.svelte';

const row = createRawSnippet((index: () => number) => ({
  render: () => `<span role="gridcell">row ${String(index())}</span>`,
}));

it('renders the rows in view only, each with its place in the whole', async () => {
  const { container } = render(VirtualList, { count: 100_000, rowHeight: 24, row, label: 'Entries', active: 3 });
  const grid = screen.getByRole('grid', { name: 'Entries' });
  expect(grid.getAttribute('aria-rowcount')).toBe('100000');
  const rows = screen.getAllByRole('row');
  expect(rows.length).toBeLessThan(40);
  expect(rows[3]?.getAttribute('aria-rowindex')).toBe('4');
  expect(rows[3]?.getAttribute('aria-selected')).toBe('true');
  expect(grid.getAttribute('aria-activedescendant')).toBe(rows[3]?.id);
  await expectAccessible(container);
});

it('tells the row that was pressed on, wherever the button comes up', async () => {
  const onrowpress = vi.fn();
  const { rerender } = render(VirtualList, { count: 5, rowHeight: 24, row, label: 'Entries', onrowpress });
  await fireEvent.mouseDown(screen.getByText('row 2'));
  await rerender({ count: 4 });
  await fireEvent.mouseUp(screen.getByText('row 3'));
  await fireEvent.click(screen.getByRole('grid'), { detail: 1 }); // what the two have in common
  await fireEvent.mouseDown(screen.getByText('row 1'), { button: 2 });
  expect(onrowpress.mock.calls.map(([index]) => index as number)).toEqual([2]);
});

it('takes a click that no pointer made for a press', () => {
  const onrowpress = vi.fn();
  render(VirtualList, { count: 5, rowHeight: 24, row, label: 'Entries', onrowpress });
  screen.getByText('row 2').click();
  expect(onrowpress.mock.calls.map(([index]) => index as number)).toEqual([2]);
});

it('stays at the end of a list that grows, until somebody scrolls up', async () => {
  const onend = vi.fn();
  const { rerender } = render(VirtualList, { count: 100, rowHeight: 24, row, label: 'Entries', stick: true, onend });
  const grid = screen.getByRole('grid');
  expect(grid.scrollTop).toBe(100 * 24 - 600);
  await rerender({ count: 110 });
  expect(grid.scrollTop).toBe(110 * 24 - 600);
  grid.scrollTop = 1000; // the scroll event comes with the next frame only
  await rerender({ count: 120 });
  expect(grid.scrollTop).toBe(1000);
  expect(onend.mock.calls).toEqual([[false]]);
});

it('stays at the end of a list that shrinks and grows', async () => {
  const { rerender } = render(VirtualList, { count: 100, rowHeight: 24, row, label: 'Entries', stick: true });
  const grid = screen.getByRole('grid');
  await rerender({ count: 40 });
  expect(grid.scrollTop).toBe(40 * 24 - 600);
  await rerender({ count: 200 });
  expect(grid.scrollTop).toBe(200 * 24 - 600);
});

it('shows other rows when the list shrinks', async () => {
  const { rerender } = render(VirtualList, { count: 50, rowHeight: 24, row, label: 'Entries' });
  await rerender({ count: 2 });
  expect(screen.getAllByRole('row').length).toBe(2);
});
