import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { backend, type BodyBytes } from '../../backend';
import { expectAccessible } from '../../test/axe';
import ResultTab from './ResultTab.svelte';

const wait = { timeout: 60_000 };

/** Shows the answer to a method as it would have been recorded. */
function open(method: string, result: unknown): { container: HTMLElement } {
  const bytes = new TextEncoder().encode(JSON.stringify({ jsonrpc: '2.0', id: 's1', result }));
  const body: BodyBytes = { bytes, total: bytes.length, kept: bytes.length, state: '' };
  vi.spyOn(backend, 'body').mockResolvedValue(body);
  return render(ResultTab, { seq: 5, method, size: bytes.length, onraw: () => undefined });
}

it('shows a tool’s result block by block', async () => {
  open('tools/call', {
    content: [
      { type: 'text', text: 'hello' },
      { type: 'of next year', x: 1 },
    ],
  });
  expect(await screen.findByText('hello', {}, wait)).toBeTruthy();
  expect(screen.getAllByText(/of next year/).length).toBeGreaterThan(0);
});

it('shows the items of a list, the bad one too, and each as it came', async () => {
  const user = userEvent.setup();
  const { container } = open('tools/list', { tools: [{ name: 'good', unknownField: 42 }, 7], nextCursor: 'n' });
  expect(await screen.findByText('an item is number, not an object', {}, wait)).toBeTruthy();
  expect(screen.getByText(/the next page has the cursor "n"/)).toBeTruthy();
  await user.click(screen.getByText('good'));
  await waitFor(() => expect(screen.getByText('unknownField', { exact: false })).toBeTruthy(), wait);
  await expectAccessible(container);
});

it('shows completions, and any other result as JSON', async () => {
  open('completion/complete', { completion: { values: ['alpha'], total: 3 } });
  expect(await screen.findByText('alpha', {}, wait)).toBeTruthy();
  open('of/next/year', { strange: true });
  expect(await screen.findByText('strange', { exact: false }, wait)).toBeTruthy();
});

it('reads the contents of a recorded answer', async () => {
  const out = await backend.readResource({ call: 'r', profile: 'open', uri: 'memo://notes', index: -1 });
  vi.restoreAllMocks();
  render(ResultTab, { seq: out.seq, method: 'resources/read', size: out.bytes, onraw: () => undefined });
  await waitFor(() => expect(screen.getByText('memo://notes')).toBeTruthy(), wait);
});
