import { render, screen } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { fakeChallenge, fakeError } from '../../backend/fake/servers';
import { expectAccessible } from '../../test/axe';
import ListFault from './ListFault.svelte';

it('says in a line that a list was refused, and explains in a dialog', async () => {
  const user = userEvent.setup();
  const onretry = vi.fn();
  const error = fakeError({ kind: 'auth', status: 401, message: 'The list was refused.', challenge: fakeChallenge() });
  render(ListFault, { error, onretry });
  expect(screen.getByText('Refused: 401 Unauthorized')).toBeDefined();
  expect(screen.queryByText('RFC 9728 section 5.1')).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Explain' }));
  expect(await screen.findByText('RFC 9728 section 5.1')).toBeDefined();
  await expectAccessible();
  await user.click(screen.getAllByRole('button', { name: 'Try again' }).at(-1) ?? document.body);
  expect(onretry).toHaveBeenCalledTimes(1);
  expect(screen.queryByRole('dialog')).toBeNull();
});

it('tells any other failure where the list would stand', () => {
  render(ListFault, {
    error: fakeError({ kind: 'rpc', message: 'The server answered with an error.' }),
    onretry: vi.fn(),
  });
  expect(screen.getAllByText(/The server answered with an error/).length).toBeGreaterThan(0);
  expect(screen.queryByRole('button', { name: 'Explain' })).toBeNull();
});
