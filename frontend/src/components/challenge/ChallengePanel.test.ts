import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { expectAccessible } from '../../test/axe';
import { challengeOf } from '../../test/challenge';
import ChallengePanel from './ChallengePanel.svelte';

it('shows what was refused, the raw header, and what each part of it means', async () => {
  const { container } = render(ChallengePanel, { challenge: challengeOf() });
  expect(screen.getByRole('heading', { level: 2 }).textContent).toBe('401 Unauthorized from Sample');
  expect(screen.getByText('The first request (initialize) was refused.')).toBeTruthy();
  expect(container.querySelector('.raw code')?.textContent).toBe('Bearer scope="files:read"');
  const table = screen.getByRole('table', { name: 'What the challenge says' });
  expect(within(table).getByRole('row', { name: /scope files:read What to ask for. RFC 6750 section 3/ })).toBeTruthy();
  await expectAccessible(container);
});

it('marks the row of the piece that is pointed at', async () => {
  const { container } = render(ChallengePanel, { challenge: challengeOf() });
  const piece = [...container.querySelectorAll('.raw .piece')].find((p) => p.textContent === 'scope="files:read"');
  await userEvent.hover(piece as Element);
  expect(screen.getByRole('row', { name: /^scope/ }).className).toContain('lit');
});

it('shows the rest of the answer as text only', () => {
  const { container } = render(ChallengePanel, { challenge: challengeOf() });
  expect(screen.getByRole('region', { name: 'Response body' }).textContent).toBe('<b>no</b>');
  expect(container.querySelector('b')).toBeNull();
  const headers = screen.getByRole('table', { name: 'Other response headers' });
  expect(within(headers).getAllByRole('row').length).toBe(1);
});

it('offers what can be done, and no button without a use', async () => {
  const onretry = vi.fn();
  const onopenexchange = vi.fn();
  render(ChallengePanel, { challenge: challengeOf(), onretry, onopenexchange });
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  await userEvent.click(screen.getByRole('button', { name: 'Show exchange' }));
  expect([onretry.mock.calls.length, onopenexchange.mock.calls[0]]).toEqual([1, [12]]);
  expect(screen.queryByRole('button', { name: /sign in/i })).toBeNull();
  expect(screen.queryByRole('button', { name: 'Edit server' })).toBeNull();
});

it('says the rule when there is no header', () => {
  render(ChallengePanel, { challenge: challengeOf({ raw: [], schemes: [] }) });
  expect(screen.getByText(/has no WWW-Authenticate header/).textContent).toContain('RFC 9110 §15.5.2');
  expect(screen.queryByRole('table', { name: 'What the challenge says' })).toBeNull();
});

it('marks where reading stopped, in the text and in words', () => {
  const raw = 'Bearer realm="a" oops';
  const { container } = render(ChallengePanel, {
    challenge: challengeOf({
      raw: [raw],
      schemes: [
        {
          name: 'Bearer',
          params: [{ name: 'realm', value: 'a', quoted: true, start: 7, meaning: 'm', source: 's' }],
          header: 0,
          start: 0,
          end: 17,
          problem: { offset: 17, rest: 'oops', message: 'expected a comma' },
          meaning: 'm',
          source: 's',
        },
      ],
    }),
  });
  expect(container.querySelector('.raw code')?.textContent).toBe(raw);
  expect(container.querySelector('.unread')?.textContent).toBe('oops');
  expect(screen.getByText(/at byte 17: expected a comma, found/)).toBeTruthy();
});

it('marks metadata on another origin, and tells findings with their fix', () => {
  render(ChallengePanel, {
    challenge: challengeOf({
      resourceMetadata: 'https://elsewhere.example/meta',
      resourceMetadataOther: true,
      error: 'invalid_token',
      errorDescription: 'expired',
      findings: [{ severity: 'warning', text: 'It is odd.', source: 'RFC 9728', fix: 'Mend it.' }],
    }),
  });
  expect(screen.getByText('on another origin than the server')).toBeTruthy();
  expect(screen.getByText('Fix on the server: Mend it.')).toBeTruthy();
  expect(screen.getByText(/: expired/).textContent).toBe('invalid_token: expired');
});
