import { render, screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it } from 'vitest';
import ComboInput from './ComboInput.svelte';

it('lets nothing be taken while the values are found anew', async () => {
  const user = userEvent.setup();
  const chosen: string[] = [];
  const props = {
    value: 'al',
    options: ['ada', 'alan'],
    listLabel: 'Names',
    'aria-label': 'Name',
    filter: false,
    onchoose: (value: string) => void chosen.push(value),
  };
  const { rerender } = render(ComboInput, { ...props, waiting: true });
  await user.click(screen.getByRole('combobox', { name: 'Name' }));
  await user.keyboard('{ArrowDown}{ArrowDown}{Enter}');
  await user.keyboard('{ArrowDown}');
  await user.click(screen.getByRole('option', { name: 'ada' }));
  expect(chosen).toEqual([]);
  await rerender({ ...props, waiting: false });
  await user.click(screen.getByRole('option', { name: 'ada' }));
  expect(chosen).toEqual(['ada']);
});
