import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { backend } from '../../backend';
import { Drafts } from '../../lib/drafts';
import { palette } from '../../lib/rawPalette';
import { rawFrames, rawSource } from '../../state/appRaw';
import { lasting } from '../../state/lasting.svelte';
import { RawRequests } from '../../state/rawRequests.svelte';
import { Runs } from '../../state/runs.svelte';
import { expectAccessible } from '../../test/axe';
import RawView from './RawView.svelte';

const wait = { timeout: 60_000 };
const runs = new Runs(rawSource, undefined, 'test');

beforeEach(() => localStorage.clear());

const fresh = (): RawRequests =>
  lasting(() => new RawRequests(runs, rawFrames, new Drafts(localStorage), localStorage, 'open'));

function open(era = 'legacy'): {
  requests: RawRequests;
  shown: number[][];
  container: HTMLElement;
  unmount: () => void;
} {
  const requests = fresh();
  const shown: number[][] = [];
  const { container, unmount } = render(RawView, {
    profile: 'open',
    conn: 'c-open',
    era,
    requests,
    onshowentries: (seqs: number[]) => void shown.push(seqs),
  });
  return { requests, shown, container, unmount };
}

const method = (): HTMLElement => screen.getByRole('combobox', { name: 'Method' });
const answer = (): HTMLElement => screen.getByRole('region', { name: 'Answer' });
const ended = (state: string): Promise<void> => waitFor(() => expect(answer().dataset['runState']).toBe(state), wait);

it('sends by Ctrl+Enter and shows the answer, pretty and as it came', async () => {
  const user = userEvent.setup();
  const { shown, container } = open();
  await user.type(method(), 'resources/list{Control>}{Enter}{/Control}');
  await ended('done');
  expect(within(answer()).getByText(/memo:\/\/notes/)).toBeTruthy();
  await expectAccessible(container);
  await user.click(within(answer()).getByRole('button', { name: 'Show in traffic' }));
  expect(shown[0]).toHaveLength(2);
  await user.click(within(answer()).getByRole('tab', { name: 'Raw' }));
  await waitFor(() => expect(answer().textContent).toContain('"jsonrpc"'), wait);
});

it('shows an error of the protocol whole', async () => {
  const user = userEvent.setup();
  open();
  await user.type(method(), 'no/such{Enter}');
  await ended('failed');
  expect(within(answer()).getByRole('heading', { name: 'The server answered with an error' })).toBeTruthy();
  expect(within(answer()).getByRole('tab', { name: 'Raw' })).toBeTruthy();
});

it('sends nothing while the method is missing or the params are no JSON', async () => {
  const user = userEvent.setup();
  const { requests } = open();
  await user.click(screen.getByRole('button', { name: 'Send' }));
  expect(screen.getByText('Which method?')).toBeTruthy();
  requests.setMethod('ping');
  requests.setText('[1]');
  expect(await screen.findByText('MCP allows an object only: it is sent as it is.')).toBeTruthy();
  requests.setText('{');
  await waitFor(() => expect(screen.getByRole('button', { name: 'Send' })).toHaveProperty('disabled', true));
  await requests.send('c-open');
  expect(requests.history).toEqual([]);
});

it('offers the methods of the era, and the params a method needs', async () => {
  const user = userEvent.setup();
  const names = async (): Promise<string[]> => {
    await user.click(method());
    await user.keyboard('{ArrowDown}');
    const all = within(screen.getByRole('listbox', { name: 'Method' })).getAllByRole('option');
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('listbox')).toBeNull();
    return all.map((option) => option.textContent.trim());
  };
  const { requests, unmount } = open();
  expect(await names()).toContain('ping');
  await user.type(method(), 'resources/re{ArrowDown}{Enter}');
  expect(requests.method).toBe('resources/read');
  expect(requests.history).toEqual([]);
  expect(JSON.parse(requests.text)).toEqual({ uri: '' });
  requests.setText('{"uri":"memo://notes"}');
  requests.setMethod('resources/subscribe', '{"uri":""}');
  expect(requests.text).toBe('{"uri":"memo://notes"}');
  unmount();
  open('modern');
  const offered = await names();
  expect(offered).toContain('server/discover');
  expect(offered).not.toContain('ping');
});

it('cancels a request that takes long', async () => {
  const user = userEvent.setup();
  const { requests } = open();
  requests.setMethod('resources/read');
  await user.click(screen.getByRole('button', { name: 'Send' }));
  await user.click(await within(answer()).findByRole('button', { name: 'Cancel' }, wait));
  await ended('cancelled');
});

it('puts a request back, and keeps what is written over a restart, without its secrets', async () => {
  const user = userEvent.setup();
  const { requests } = open();
  await user.type(method(), 'ping{Enter}');
  await ended('done');
  requests.setMethod('prompts/get');
  requests.setText('{"name":"greet","password":"hunter2"}');
  requests.flush();
  const later = fresh();
  expect(later.method).toBe('prompts/get');
  expect(JSON.parse(later.text)).toEqual({ name: 'greet' });
  expect(JSON.stringify(localStorage)).not.toContain('hunter2');
  await user.click(within(screen.getByRole('list', { name: 'Sent requests' })).getByRole('button', { name: /ping/ }));
  expect(requests.method).toBe('ping');
  expect(requests.text).toBe('');
  expect(await backend.calls('open')).toEqual([]);
});

const tab = (name: string): HTMLElement => screen.getByRole('tab', { name });

async function breakIt(user: ReturnType<typeof userEvent.setup>, label: string): Promise<void> {
  await user.click(screen.getByRole('button', { name: 'Broken frames' }));
  await user.click(await screen.findByRole('menuitem', { name: label }, wait));
}

it('sends any JSON value as params, and notifications without an id', async () => {
  const user = userEvent.setup();
  const { requests } = open();
  requests.setMethod('ping');
  requests.setText('"text"');
  await user.click(screen.getByRole('button', { name: 'Send' }));
  await ended('done');
  await user.click(screen.getByRole('checkbox', { name: /Notification/ }));
  await user.click(screen.getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(requests.history[0]?.state).toBe('done'), wait);
  await backend.view({
    view: 'test',
    scope: { all: true, conns: [], captures: [] },
    filter: 'dir:out',
    off: [],
    stop: false,
  });
  const { entries } = await backend.rows('test', 0, 1000);
  const last = entries.filter((e) => e.purpose === 'raw' && e.dir === 'out').at(-1);
  const body = await backend.body(last?.seq ?? 0, 'message', 0, 1000);
  expect(new TextDecoder().decode(body.bytes)).toBe('{"jsonrpc":"2.0","method":"ping","params":"text"}');
});

it('shows the frame to be changed, byte for byte, and what came without a matching id', async () => {
  const user = userEvent.setup();
  const { requests, container } = open();
  requests.setMethod('ping');
  await user.click(tab('Frame'));
  await waitFor(() => expect(requests.frame).toBe('{"jsonrpc":"2.0","id":"hand-1","method":"ping"}'), wait);
  await user.click(screen.getByRole('button', { name: 'Send' }));
  await ended('done');
  expect(within(answer()).getByText('its answer')).toBeTruthy();
  await breakIt(user, 'Cut off JSON');
  await waitFor(() => expect(requests.frame.endsWith('"ping"')).toBe(true), wait);
  await user.click(screen.getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(within(answer()).getByText(/-32700/)).toBeTruthy(), wait);
  expect(within(answer()).getByText('id null')).toBeTruthy();
  await expectAccessible(container);
});

it('ends the wait for what does not come', async () => {
  const user = userEvent.setup();
  const { requests } = open();
  await requests.setMode('frame');
  requests.setFrame('{"jsonrpc":"2.0","method":"x"}');
  requests.wait = 600_000;
  await user.click(screen.getByRole('button', { name: 'Send' }));
  await user.click(await within(answer()).findByRole('button', { name: 'Stop waiting' }, wait));
  await ended('done');
});

it('keeps the history over a restart, to be put back, sent again and deleted', async () => {
  const user = userEvent.setup();
  const { requests, unmount } = open();
  await breakIt(user, 'Empty batch');
  await waitFor(() => expect(requests.frame).toBe('[]'), wait);
  await user.click(screen.getByRole('button', { name: 'Send' }));
  await waitFor(() => expect(requests.history[0]?.state).toBe('done'), wait);
  unmount();
  const later = open().requests;
  const list = screen.getByRole('list', { name: 'Sent requests' });
  expect(within(list).getByText('earlier')).toBeTruthy();
  await user.click(within(list).getByRole('button', { name: /batch/ }));
  expect(later.frame).toBe('[]');
  expect(later.mode).toBe('frame');
  await user.click(within(list).getByRole('button', { name: /What to do/ }));
  await user.click(await screen.findByRole('menuitem', { name: 'Send again' }, wait));
  await waitFor(() => expect(later.history.map((s) => s.state)).toEqual(['done', 'kept']), wait);
  within(list).getAllByRole('button', { name: /batch/ })[0]?.focus();
  await user.keyboard('{Delete}');
  expect(later.history.map((s) => s.state)).toEqual(['kept']);
});

it('breaks one thing at a time', async () => {
  const { requests } = open();
  requests.headers = [{ name: 'X-Mine', value: '1', leave: false }];
  const take = async (id: string): Promise<string[]> => {
    const item = palette.find((p) => p.id === id);
    if (item) await requests.take(item);
    return requests.headers.map((h) => h.name);
  };
  expect(await take('no-type')).toEqual(['X-Mine', 'Content-Type']);
  expect(await take('accept')).toEqual(['X-Mine', 'Accept']);
  expect(await take('sound')).toEqual(['X-Mine']);
});

it('gives a request what a call has of its own, and sends nothing while that is wrong', async () => {
  const user = userEvent.setup();
  const sent = vi.spyOn(backend, 'requestRaw');
  const { container } = open('modern');
  await user.type(method(), 'resources/list');
  await user.click(screen.getByText('More for this call'));
  expect(screen.queryByRole('group', { name: 'Headers of this call' })).toBeNull();
  await user.type(screen.getByLabelText('_meta'), '{{"a":1');
  await user.click(screen.getByRole('button', { name: 'Send' }));
  expect(screen.getByText(/Mend what stands under/)).toBeTruthy();
  expect(sent).not.toHaveBeenCalled();
  await user.type(screen.getByLabelText('_meta'), '}');
  await user.type(screen.getByLabelText('Timeout'), '2 s');
  await expectAccessible(container);
  await user.click(screen.getByRole('button', { name: 'Send' }));
  await ended('done');
  expect(sent.mock.lastCall?.[0]).toMatchObject({
    method: 'resources/list',
    extra: { meta: '{"a":1}', timeout: 2000 },
  });
  // It has none of that as a notification, which is a frame.
  await user.click(screen.getByRole('checkbox', { name: /Notification/ }));
  expect(screen.queryByText('More for this call')).toBeNull();
});
