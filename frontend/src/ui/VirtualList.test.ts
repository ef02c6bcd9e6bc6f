import { render, screen } from '@testing-library/svelte';
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

it('tells which row was clicked', () => {
  const onrowclick = vi.fn();
  render(VirtualList, { count: 5, rowHeight: 24, row, label: 'Entries', onrowclick });
  screen.getByText('row 2').click();
  expect(onrowclick.mock.calls[0]?.[0]).toBe(2);
});

it('shows other rows when the list shrinks', async () => {
  const { rerender } = render(VirtualList, { count: 50, rowHeight: 24, row, label: 'Entries' });
  await rerender({ count: 2 });
  expect(screen.getAllByRole('row').length).toBe(2);
});
