import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { Captures } from '../../state/captures.svelte';
import { Dock } from '../../state/dock.svelte';
import { Traffic } from '../../state/traffic.svelte';
import { expectAccessible } from '../../test/axe';
import { exchangeOf, TestLog } from '../../test/trafficLog';
import { setClipboard } from '../../ui/clipboard';
import TrafficDock from './TrafficDock.svelte';

/** A call over HTTP: exchange 1, request 2, response 3; and a line of stderr, 4. */
function call(log: TestLog): void {
  log.add({
    kind: 'http',
    dir: 'out',
    method: 'POST',
    name: 'http://localhost/mcp',
    status: 200,
    reqBytes: 40,
    bytes: 37,
  });
  log.add({ dir: 'out', message: 'request', method: 'tools/call', name: 'echo', exchange: 1, pair: 3, took: 420 });
  log.add({ dir: 'in', message: 'response', method: 'tools/call', name: 'echo', exchange: 1, pair: 2, took: 420 });
  log.add({ kind: 'stderr', dir: 'in', note: 'ready' });
  log.bodies.set('2 message', '{"method":"tools/call","token":"‹token #3f2a›"}');
  log.bodies.set('3 message', '{"result":{}}');
  log.exchanges.set(
    1,
    exchangeOf({
      requestHeaders: [{ name: 'Authorization', value: 'Bearer ‹token #3f2a›' }],
      responseHeaders: [{ name: 'Content-Type', value: 'application/json' }],
    }),
  );
}

async function open(fill: (log: TestLog) => void = call) {
  const log = new TestLog();
  fill(log);
  const traffic = new Traffic(log);
  const dock = new Dock();
  traffic.scope = 'all';
  await traffic.pull();
  const { container } = render(TrafficDock, { traffic, captures: new Captures(new FakeBackend()), dock });
  return { log, traffic, dock, container, user: userEvent.setup() };
}

const grid = () => screen.getByRole('grid', { name: 'Traffic' });
const cells = (row: HTMLElement | undefined) =>
  row
    ? within(row)
        .getAllByRole('gridcell')
        .map((cell) => cell.textContent)
    : [];

describe('the table', () => {
  it('shows a row for each entry, and is accessible', async () => {
    const { container } = await open();
    expect(grid().getAttribute('aria-rowcount')).toBe('5');
    const rows = screen.getAllByRole('row');
    expect(cells(rows[2]).slice(2, 5)).toEqual(['request', 'tools/call', 'echo']);
    expect(cells(rows[3])).toContain('0.42 ms');
    expect(rows[3]?.getAttribute('aria-label')).toContain('from server, response, tools/call, echo, ok, 0.42 ms');
    await expectAccessible(container);
  });

  it('is walked by keys, one tab stop, and marks pair and exchange', async () => {
    const { traffic, user } = await open();
    grid().focus();
    await user.keyboard('{End}');
    expect(traffic.selected).toBe(4);
    await user.keyboard('{Home}{ArrowDown}');
    expect(traffic.selected).toBe(2);
    const rows = screen.getAllByRole('row');
    expect(grid().getAttribute('aria-activedescendant')).toBe(rows[2]?.id);
    expect(rows[3]?.className).toContain('pair');
    expect(rows[1]?.className).toContain('exchange');
  });

  it('says which entries were dropped, over the whole row', async () => {
    await open((log) => log.add({ kind: 'gap', note: '12 entries were dropped' }));
    expect(screen.getByRole('gridcell').textContent).toBe('12 entries were dropped');
  });

  it('divides what came before a restart from what came after', async () => {
    await open((log) => {
      log.add({ kind: 'lifecycle', note: 'restarted everything' });
      log.add({ kind: 'lifecycle', note: 'connected' });
    });
    const rows = screen.getAllByRole('row');
    expect(cells(rows[1])).toEqual([expect.stringMatching(/^restarted everything at \d\d:\d\d:\d\d$/)]);
    expect(cells(rows[2]).length).toBeGreaterThan(1);
  });
});

const copied: string[] = [];
setClipboard((text) => Promise.resolve(void copied.push(text)));

describe('copying', () => {
  it('takes the message of the selected row by Ctrl+C', async () => {
    const { traffic, user } = await open();
    traffic.select(3);
    grid().focus();
    await user.keyboard('{Control>}c{/Control}');
    await waitFor(() => expect(copied.at(-1)).toBe('{"result":{}}'));
  });

  it('takes an exchange as cURL, masked unless asked otherwise', async () => {
    const { traffic, dock, user } = await open();
    dock.showDetail(true);
    traffic.select(1);
    await user.click(await screen.findByRole('button', { name: 'Copy as cURL' }));
    await waitFor(() => expect(copied.at(-1)).toContain("-H 'Authorization: Bearer ‹token #3f2a›'"));
    await user.click(screen.getByRole('button', { name: 'with secrets' }));
    await waitFor(() => expect(copied.at(-1)).toContain("-H 'Authorization: Bearer true value of"));
  });
});

describe('the detail', () => {
  it('opens by Enter, shows the message, and leads to the other half', async () => {
    const { traffic, user, container } = await open();
    grid().focus();
    await user.keyboard('{Home}{ArrowDown}{Enter}');
    const detail = await screen.findByRole('region', { name: 'Entry #2' });
    await waitFor(() => expect(document.activeElement?.textContent).toBe('Message'));
    expect(await within(detail).findByText(/"tools\/call"/)).toBeTruthy();
    await expectAccessible(container);
    await user.click(within(detail).getByRole('button', { name: '#3' }));
    expect(traffic.selected).toBe(3);
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('region', { name: 'Entry #3' })).toBeNull();
  });

  it('shows the exchange that carried a message, explains headers and reveals on a click', async () => {
    const { user, traffic, dock, container } = await open();
    dock.showDetail(true);
    traffic.select(2);
    await user.click(await screen.findByRole('tab', { name: 'HTTP' }));
    const table = await screen.findByRole('table', { name: 'Request headers' });
    await user.click(within(table).getByRole('button', { name: 'Authorization' }));
    expect(within(table).getByText(/RFC 6750/)).toBeTruthy();
    await user.click(within(table).getByRole('button', { name: 'Reveal ‹token #3f2a›' }));
    expect(await within(table).findByText(/true value of/)).toBeTruthy();
    await expectAccessible(container);
    traffic.select(3);
    await waitFor(() => expect(screen.queryByText(/true value of/)).toBeNull());
  });

  it('shows timing and raw bytes', async () => {
    const { user, traffic, dock } = await open();
    dock.showDetail(true);
    traffic.select(1);
    await user.click(await screen.findByRole('tab', { name: 'Timing' }));
    expect((await screen.findByRole('row', { name: /Wait/ })).textContent).toContain('0.60 ms');
    traffic.select(3);
    await user.click(await screen.findByRole('tab', { name: 'Raw' }));
    await user.click(await screen.findByRole('button', { name: 'Hex' }));
    expect(await screen.findByText(/7b 22 72 65 73 75 6c 74/)).toBeTruthy();
  });

  it('lists what belongs to the same call, and leads there', async () => {
    const { user, traffic, dock, container } = await open();
    dock.showDetail(true);
    traffic.select(3);
    await user.click(await screen.findByRole('tab', { name: 'Same call' }));
    const list = await screen.findByRole('list', { name: 'The same call' });
    const steps = within(list).getAllByRole('button');
    expect(steps.map((step) => /#\d+$/.exec(step.textContent.trim())?.[0])).toEqual(['#1', '#2', '#3']);
    expect(steps[2]?.getAttribute('aria-current')).toBe('true');
    await expectAccessible(container);
    await user.click(steps[1] ?? container);
    expect(traffic.selected).toBe(2);
  });

  it('pins an entry and takes a comment, which its row shows', async () => {
    const { user, traffic, dock } = await open();
    dock.showDetail(true);
    traffic.select(3);
    await user.click(await screen.findByRole('button', { name: 'Pin this entry' }));
    await waitFor(() => expect(traffic.markOf(3)?.pinned).toBe(true));
    await user.click(screen.getByRole('button', { name: 'Actions for this entry' }));
    await user.click(await screen.findByRole('menuitem', { name: 'Comment…' }));
    await user.type(await screen.findByRole('textbox', { name: 'Comment on this entry' }), 'odd{Enter}');
    const detail = screen.getByRole('region', { name: 'Entry #3' });
    expect(await within(detail).findByText('odd')).toBeTruthy();
    expect(traffic.markOf(3)).toMatchObject({ comment: 'odd', pinned: true });
    expect(document.querySelector('.marks .pin')).not.toBeNull();
  });

  it('finds in a message, and shows the JSON in a text', async () => {
    const { user, traffic, dock } = await open((log) => {
      log.add({ message: 'response' });
      log.bodies.set(
        '1 message',
        JSON.stringify({ result: { text: JSON.stringify({ deep: 'needle' }), other: 'needle' } }),
      );
    });
    dock.showDetail(true);
    traffic.select(1);
    await user.click(await screen.findByRole('button', { name: 'Find' }));
    await user.type(screen.getByRole('textbox', { name: 'Find in this value' }), 'needle');
    expect(await screen.findByText('1 of 2')).toBeTruthy();
    await user.keyboard('{Enter}');
    expect(await screen.findByText('2 of 2')).toBeTruthy();
    await user.keyboard('{Shift>}{Enter}{/Shift}');
    await user.click(await screen.findByRole('button', { name: 'Show the JSON in it' }));
    expect(await screen.findByRole('tree', { name: 'JSON in the text' })).toBeTruthy();
  });

  it('tells findings and why something was withheld first', async () => {
    const { traffic, dock } = await open((log) =>
      log.add({ message: 'notification', findings: ['It has an id.'], withheld: 'Nobody asked for it.' }),
    );
    dock.showDetail(true);
    traffic.select(1);
    expect(await screen.findByText('It has an id.')).toBeTruthy();
    expect(screen.getByText('Nobody asked for it.')).toBeTruthy();
  });

  it('tells cookies as headers are told, and takes none of them for a header', async () => {
    const { log, traffic, dock, user, container } = await open();
    log.exchanges.set(
      1,
      exchangeOf({
        requestHeaders: [{ name: 'Cookie', value: 'date=1; theme=' }],
        responseHeaders: [{ name: 'Set-Cookie', value: 'sid=‹cookie #3f2a›; HttpOnly' }],
      }),
    );
    dock.showDetail(true);
    traffic.select(1);
    const table = await screen.findByRole('table', { name: 'Cookies' });
    const rows = within(table).getAllByRole('row');
    expect(rows.map((row) => row.textContent.replace(/\s+/g, ' ').trim())).toEqual([
      'date1 sent',
      'theme(empty) sent',
      'sid‹cookie #3f2a›Reveal set, HttpOnly',
    ]);
    await screen.findByRole('button', { name: 'Cookie' });
    expect(within(table).queryByRole('button', { name: 'date' })).toBeNull();
    await user.click(screen.getByRole('button', { name: 'Copy cookies' }));
    await waitFor(() => expect(copied.at(-1)).toBe('date=1\ntheme=\nsid=‹cookie #3f2a›'));
    await expectAccessible(container);
  });

  it('links a 401 to the explanation of its challenge', async () => {
    const log = new TestLog();
    log.add({ kind: 'http', method: 'POST', status: 401 });
    log.exchanges.set(1, exchangeOf({ status: 401, responseHeaders: [{ name: 'WWW-Authenticate', value: 'Bearer' }] }));
    const traffic = new Traffic(log);
    traffic.scope = 'all';
    const dock = new Dock();
    dock.showDetail(true);
    await traffic.pull();
    let asked = 0;
    render(TrafficDock, {
      traffic,
      captures: new Captures(new FakeBackend()),
      dock,
      onchallenge: (seq: number) => (asked = seq),
    });
    traffic.select(1);
    await userEvent.click(await screen.findByRole('button', { name: 'Explain the challenge' }));
    expect(asked).toBe(1);
  });
});

describe('filters', () => {
  const field = () => screen.getByRole<HTMLInputElement>('combobox', { name: 'Filter the traffic' });

  it('goes to the filter by Ctrl+F, asks Go, and offers a way back when nothing is left', async () => {
    const { user } = await open();
    grid().focus();
    await user.keyboard('{Control>}f{/Control}');
    expect(document.activeElement).toBe(field());
    await user.type(field(), 'ech');
    await waitFor(() => expect(screen.getByText('2 of 4 entries')).toBeTruthy());
    await user.type(field(), 'oes');
    const back = await screen.findByRole('button', { name: 'Clear the filters' });
    await user.click(back);
    await waitFor(() => expect(grid().getAttribute('aria-rowcount')).toBe('5'));
    expect(field().value).toBe('');
  });

  it('completes by keys, and is cleared by Escape', async () => {
    const { user, container } = await open();
    await user.type(field(), 'metho');
    const list = await screen.findByRole('listbox', { name: 'Filters' });
    await within(list).findByRole('option', { name: /method:/ });
    await expectAccessible(container);
    await user.keyboard('{ArrowDown}{Enter}');
    expect(field().value).toBe('method:');
    await user.keyboard('tools/call{Enter}');
    await waitFor(() => expect(screen.getByText('2 of 4 entries')).toBeTruthy());
    expect(screen.queryByRole('listbox', { name: 'Filters' })).toBeNull();
    await user.keyboard(' di');
    await screen.findByRole('option', { name: /dir:/ });
    await user.keyboard('{Escape}');
    expect(screen.queryByRole('listbox', { name: 'Filters' })).toBeNull();
    expect(field().value).toBe('method:tools/call di');
    await user.keyboard('{Escape}');
    await waitFor(() => expect(screen.getByText('4 entries')).toBeTruthy());
  });

  it('says where a filter is wrong', async () => {
    const { user } = await open();
    await user.type(field(), 'ms:many{Enter}');
    await waitFor(() => expect(field().getAttribute('aria-invalid')).toBe('true'));
    expect(document.getElementById(field().getAttribute('aria-describedby') ?? '')?.textContent).toContain(
      'takes a number',
    );
    expect(document.querySelector('.bad')?.textContent).toBe('many');
  });

  it('has chips that are edited and taken out', async () => {
    const { user, traffic, container } = await open();
    traffic.text = 'echo dir:out';
    const chips = await screen.findByRole('group', { name: 'Terms of the filter' });
    await expectAccessible(container);
    await user.click(within(chips).getByRole('button', { name: 'dir:out' }));
    await waitFor(() => expect(field().value.slice(field().selectionStart ?? 0)).toBe('dir:out'));
    grid().focus();
    await user.click(await screen.findByRole('button', { name: 'Remove echo' }));
    await waitFor(() => expect(traffic.text).toBe('dir:out'));
  });

  it('has chips that are one tab stop, walked and taken out by keys', async () => {
    const { user, traffic } = await open();
    traffic.text = 'echo dir:out kind:frame';
    await screen.findByRole('group', { name: 'Terms of the filter' });
    field().focus();
    await user.tab({ shift: true });
    expect(document.activeElement?.textContent).toBe('echo');
    await user.keyboard('{ArrowRight}');
    expect(document.activeElement?.textContent).toBe('dir:out');
    await user.tab();
    expect(document.activeElement).toBe(field());
    await user.tab({ shift: true });
    expect(document.activeElement?.textContent).toBe('dir:out');
    await user.keyboard('{Delete}');
    await waitFor(() => expect(document.activeElement?.textContent).toBe('kind:frame'));
    expect(traffic.text).toBe('echo kind:frame');
    await user.keyboard('{Home}{Backspace}');
    await waitFor(() => expect(document.activeElement?.textContent).toBe('kind:frame'));
    await user.keyboard('{Enter}');
    expect(document.activeElement).toBe(field());
    await waitFor(() => expect([field().selectionStart, field().selectionEnd]).toEqual([0, 10]));
    await user.tab({ shift: true });
    await user.keyboard('{Delete}');
    expect([traffic.text, document.activeElement]).toEqual(['', field()]);
  });

  it('stops looking, keeps what was found and says how far it looked, and goes on', async () => {
    const all = 100_000;
    const { user, traffic, container } = await open((log) => {
      for (let i = 0; i < all; i++) log.add({ name: i % 10_000 === 0 ? 'needle' : 'hay' });
    });
    const whole = () =>
      waitFor(async () => {
        await traffic.pull();
        expect(traffic.searching).toBe(false);
      });
    await whole();
    traffic.text = 'needle';
    await user.click(await screen.findByRole('button', { name: /^Stop looking/ }));
    const said = await screen.findByText(/^Stopped: [\d,]+ of 100,000 looked at\.$/);
    const { looked, rowCount } = traffic;
    expect([looked > 0 && looked < all, rowCount > 0 && rowCount < 10, said.textContent]).toEqual([
      true,
      true,
      `Stopped: ${looked.toLocaleString('en')} of 100,000 looked at.`,
    ]);
    expect(screen.getByText(`${String(rowCount)} so far · stopped`)).toBeTruthy();
    expect(document.activeElement).toBe(screen.getByRole('button', { name: /^Go on looking/ }));
    await expectAccessible(container);
    await traffic.pull();
    expect([traffic.text, traffic.rowCount, traffic.looked]).toEqual(['needle', rowCount, looked]);
    await user.click(screen.getByRole('button', { name: 'Go on' }));
    await whole();
    expect(await screen.findByText('10 of 100,000 entries')).toBeTruthy();
    expect(screen.queryByText(/^Stopped/)).toBeNull();
  });

  it('is built from the menu of a row', async () => {
    const { user, traffic } = await open();
    const row = screen.getByRole('row', { name: /response, tools\/call/ });
    await user.pointer({ keys: '[MouseRight]', target: row });
    await user.click(await screen.findByRole('menuitem', { name: 'Only tools/call' }));
    expect([traffic.selected, traffic.text]).toEqual([3, 'method:tools/call']);
  });

  it('is saved by name, offered, renamed and deleted', async () => {
    localStorage.clear();
    const { user, traffic } = await open();
    traffic.text = 'dir:out';
    await user.click(screen.getByRole('button', { name: 'Saved filters' }));
    await user.type(await screen.findByRole('textbox', { name: 'Name of the filter' }), 'Sent{Enter}');
    await user.click(await screen.findByRole('button', { name: 'Rename Sent' }));
    const name = screen.getByRole('textbox', { name: 'New name of Sent' });
    await user.clear(name);
    await user.type(name, 'Mine{Enter}');
    await user.keyboard('{Escape}');
    traffic.text = '';
    await waitFor(() => expect(field().value).toBe(''));
    await user.click(field());
    await user.click(await screen.findByRole('option', { name: /Mine/ }));
    expect(traffic.text).toBe('dir:out');
    await user.click(screen.getByRole('button', { name: 'Saved filters' }));
    await user.click(await screen.findByRole('button', { name: 'Delete Mine' }));
    expect(await screen.findByText('No filter is saved')).toBeTruthy();
  });

  it('switches kinds', async () => {
    const { user } = await open();
    await user.click(screen.getByRole('button', { name: /stderr/ }));
    await waitFor(() => expect(screen.getAllByRole('row').length).toBe(4));
    await user.dblClick(screen.getByRole('button', { name: /HTTP/ }));
    await waitFor(() => expect(screen.getAllByRole('row').length).toBe(2));
  });
});

it('clears after a question', async () => {
  const { user, log, container } = await open();
  await user.click(screen.getByRole('button', { name: 'Clear…' }));
  expect(document.activeElement?.textContent).toContain('Keep');
  await expectAccessible(container);
  await user.click(screen.getByRole('button', { name: 'Clear' }));
  expect(await screen.findByText(/Nothing has crossed the wire yet/)).toBeTruthy();
  expect(log.entries.size).toBe(0);
});

it('says why it is empty', async () => {
  const { log, traffic } = await open(() => undefined);
  expect(screen.getByText(/Nothing has crossed the wire yet/)).toBeTruthy();
  traffic.scope = 'connection';
  expect(await screen.findByText(/of this server yet/)).toBeTruthy();
  log.failing = 1;
  await traffic.pull();
  expect((await screen.findByRole('alert')).textContent).toContain('no answer');
});
