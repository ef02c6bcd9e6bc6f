import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { expectAccessible } from '../../test/axe';
import TrySampler from './TrySampler.svelte';

it('puts a prompt’s messages to the endpoint, once there is one', async () => {
  const user = userEvent.setup();
  const source = new FakeBackend({ speed: 1000, past: 0 });
  const shown: number[] = [];
  render(TrySampler, { seq: 7, source, onshowentries: (seqs: number[]) => void shown.push(...seqs) });
  await user.click(screen.getByRole('button', { name: 'Use as sampling input' }));
  expect((await screen.findByRole('alert')).textContent).toContain('no endpoint is set');
  await source.setSampler({
    settings: { url: 'http://127.0.0.1:1/v1', model: '', timeout: 0, allowHTTP: false },
    key: '',
    clearKey: false,
  });
  await user.click(screen.getByRole('button', { name: 'Ask again' }));
  expect(await screen.findByText('It will rain.')).toBeDefined();
  expect(screen.getByText(/llama3.2 answered in 812 ms/).textContent).toContain('endTurn');
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Show in traffic' }));
  await waitFor(() => expect(shown).toEqual([9]));
});
