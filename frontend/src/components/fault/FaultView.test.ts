import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { expectAccessible } from '../../test/axe';
import { challengeOf, faultOf } from '../../test/challenge';
import { versionsContext } from '../call/versionContext';
import FaultView from './FaultView.svelte';

it('says what failed, at which step, what to do, and shows the evidence', async () => {
  const onshowentries = vi.fn();
  const { container } = render(FaultView, { error: faultOf(), onshowentries });
  expect(screen.getByRole('heading', { level: 2 }).textContent).toBe('Connection ended');
  expect(screen.getByText('initialize')).toBeTruthy();
  expect(screen.getByText('Look at its last lines.')).toBeTruthy();
  expect(screen.getByRole('region', { name: 'Evidence' }).textContent).toBe('Error: no such module');
  await userEvent.click(screen.getByRole('button', { name: 'Show 2 entries in the traffic' }));
  expect(onshowentries.mock.calls[0]).toEqual([[4, 5]]);
  await expectAccessible(container);
});

it('shows the answer and the JSON-RPC error, its numbers untouched', () => {
  render(FaultView, {
    error: faultOf({
      kind: 'rpc',
      status: 404,
      headers: [{ name: 'Date', value: 'now' }],
      rpcCode: -32601,
      rpc: '{"code":-32601,"data":9007199254740993}',
    }),
  });
  expect(screen.getByRole('region', { name: 'JSON-RPC error' }).textContent).toContain('9007199254740993');
  expect(screen.getByText(/Method not found/)).toBeTruthy();
  expect(screen.getByText('404 Not Found')).toBeTruthy();
});

it('leaves a refusal to the challenge panel', () => {
  render(FaultView, { error: faultOf({ kind: 'auth', challenge: challengeOf() }) });
  expect(screen.getByRole('heading', { level: 2 }).textContent).toBe('401 Unauthorized from Sample');
});

it('shows no more of a long text than asked for', async () => {
  const detail = Array.from({ length: 100 }, (_, i) => `line ${String(i)}`).join('\n');
  render(FaultView, { error: faultOf({ detail }) });
  expect(screen.getByRole('region', { name: 'Evidence' }).textContent).not.toContain('line 40');
  await userEvent.click(screen.getByRole('button', { name: 'Show more' }));
  expect(screen.getByRole('region', { name: 'Evidence' }).textContent).toContain('line 79');
});

it('offers the version that both speak', async () => {
  const choose = vi.fn();
  const error = faultOf({
    kind: 'rpc',
    rpcCode: -32022,
    rpc: '{"code":-32022,"data":{"supported":["2025-06-18","1999-01-01"],"requested":"2026-07-28"}}',
  });
  render(FaultView, { props: { error }, context: versionsContext({ current: '', choose }) });
  const fix = within(screen.getByRole('region', { name: 'How to mend it' }));
  expect(fix.getByText(/The server speaks 2025-06-18, 1999-01-01/)).toBeTruthy();
  await userEvent.click(fix.getByRole('button', { name: 'Connect with 2025-06-18' }));
  expect(choose).toHaveBeenCalledExactlyOnceWith('2025-06-18');
  await expectAccessible();
});

it('says when no version is spoken by both, or another was asked for than the connection speaks', () => {
  const error = (supported: string[]): ReturnType<typeof faultOf> =>
    faultOf({ kind: 'rpc', rpcCode: -32022, rpc: JSON.stringify({ data: { supported, requested: '2099-01-01' } }) });
  const context = versionsContext({ current: '2026-07-28', choose: vi.fn() });
  const { unmount } = render(FaultView, { props: { error: error(['1999-01-01']) }, context });
  expect(screen.getByText(/None of them is spoken here/)).toBeTruthy();
  expect(screen.queryByRole('button', { name: /Connect with/ })).toBeNull();
  unmount();
  render(FaultView, { props: { error: error(['2026-07-28']) }, context });
  expect(screen.getByText(/but the request asked for 2099-01-01/)).toBeTruthy();
});
