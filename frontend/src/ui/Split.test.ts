import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { createRawSnippet } from 'svelte';
import { expect, it, vi } from 'vitest';
import { expectAccessible } from '../test/axe';
import Split from './Split.svelte';

const pane = (text: string) => createRawSnippet(() => ({ render: () => `<p>${text}</p>` }));
const panes = { first: pane('left'), second: pane('right'), label: 'Width of the list' };

it('is moved by the keyboard', async () => {
  const onresize = vi.fn();
  const { container } = render(Split, { ...panes, size: 300, min: 100, onresize });
  const bar = screen.getByRole('separator', { name: 'Width of the list' });
  expect(bar.getAttribute('aria-valuenow')).toBe('300');
  bar.focus();
  await userEvent.keyboard('{ArrowRight}{ArrowRight}{Shift>}{ArrowLeft}{/Shift}');
  expect(onresize.mock.calls.map(([size]) => size as number)).toEqual([316, 332, 268]);
  await expectAccessible(container);
});

it('shows one pane alone, and keeps the other', () => {
  render(Split, { ...panes, only: 'first' });
  expect(screen.queryByRole('separator')).toBeNull();
  expect(screen.getByText('right').closest('[hidden]')).not.toBeNull();
});
