import { afterEach, describe, expect, it, vi } from 'vitest';
import { TestLog as Log } from '../test/trafficLog';
import { Traffic } from './traffic.svelte';

function fresh(scope: 'all' | 'connection' = 'all'): { log: Log; traffic: Traffic } {
  const log = new Log();
  const traffic = new Traffic(log);
  traffic.scope = scope;
  return { log, traffic };
}

/** All rows: the table looks at every one of them. */
async function rows(traffic: Traffic): Promise<(number | undefined)[]> {
  await traffic.pull();
  traffic.show(0, traffic.rowCount);
  await settled(traffic);
  return Array.from({ length: traffic.rowCount }, (_, i) => traffic.row(i)?.seq);
}

async function settled(traffic: Traffic): Promise<void> {
  await vi.waitFor(async () => {
    await traffic.pull();
    expect(traffic.searching).toBe(false);
  });
}

afterEach(() => vi.useRealTimers());

describe('rows', () => {
  it('reads those in view and some around, however many there are', async () => {
    const { log, traffic } = fresh();
    traffic.followTail = false;
    for (let i = 0; i < 30_000; i++) log.add();
    await settled(traffic);
    expect([traffic.rowCount, traffic.total]).toEqual([30_000, 30_000]);
    log.calls = [];
    traffic.show(15_000, 15_030);
    expect(traffic.row(15_000)).toBeUndefined();
    await traffic.pull();
    expect(traffic.row(15_000)?.seq).toBe(15_001);
    expect(traffic.row(29_000)).toBeUndefined();
    expect(log.calls.every((call) => call === 'rows 14960+110')).toBe(true);
  });

  it('reads the end in one go while it is followed', async () => {
    const { log, traffic } = fresh();
    for (let i = 0; i < 3000; i++) log.add();
    traffic.show(2980, 3000);
    await settled(traffic);
    log.add();
    log.calls = [];
    await traffic.pull();
    expect(log.calls).toEqual(['rows -1+100']);
    expect(traffic.row(3000)?.seq).toBe(3001);
  });

  it('has one pull in flight, and pulls once more when asked meanwhile', async () => {
    const { log, traffic } = fresh();
    await traffic.pull();
    log.calls = [];
    let open: () => void = () => undefined;
    log.gate = new Promise((resolve) => (open = resolve));
    const first = traffic.pull();
    log.add();
    void traffic.pull();
    void traffic.pull();
    expect(log.calls.length).toBe(1);
    open();
    await first;
    expect(traffic.row(0)?.seq).toBe(1);
    expect(log.calls.length).toBe(2);
  });

  it('shows an update where the entry stands', async () => {
    const { log, traffic } = fresh();
    const seq = log.add({ message: 'request', open: true });
    log.add();
    await rows(traffic);
    log.change(seq, { open: false, pair: 2, took: 420 });
    expect(await rows(traffic)).toEqual([1, 2]);
    expect(traffic.row(0)).toMatchObject({ open: false, pair: 2, took: 420 });
  });

  it('tells again that the search is to stop when that was not heard', async () => {
    const { log, traffic } = fresh();
    log.add();
    traffic.text = 'x';
    await settled(traffic);
    log.calls = [];
    log.failing = 1;
    traffic.stopLooking(true);
    await traffic.pull();
    expect(traffic.problem).toBe('no answer');
    await traffic.pull();
    await traffic.pull();
    expect(log.calls.filter((call) => call.startsWith('view'))).toEqual(['view x', 'view x']);
    expect(traffic.problem).toBe('');
  });

  it('says why a pull failed and tries again by itself', async () => {
    vi.useFakeTimers();
    const { log, traffic } = fresh();
    await vi.advanceTimersByTimeAsync(100);
    log.add();
    log.failing = 1;
    const stop = traffic.start();
    await vi.advanceTimersByTimeAsync(0);
    expect(traffic.problem).toBe('no answer');
    await vi.advanceTimersByTimeAsync(2000);
    expect([traffic.problem, traffic.rowCount]).toEqual(['', 1]);
    stop();
  });

  it('follows nudges until it is stopped', async () => {
    const { log, traffic } = fresh();
    const stop = traffic.start();
    log.add();
    log.nudge();
    await vi.waitFor(() => expect(traffic.rowCount).toBe(1));
    stop();
    log.add();
    log.nudge();
    await Promise.resolve();
    expect(traffic.rowCount).toBe(1);
  });

  it('keeps those of before until the first new ones are there', async () => {
    const { log, traffic } = fresh();
    log.add({ name: 'one' });
    log.add({ name: 'two' });
    await rows(traffic);
    let open: () => void = () => undefined;
    log.gate = new Promise((resolve) => (open = resolve));
    traffic.text = 'name:two';
    await Promise.resolve();
    expect([traffic.rowCount, traffic.row(0)?.seq]).toEqual([2, 1]);
    open();
    await vi.waitFor(() => expect([traffic.rowCount, traffic.row(0)?.seq]).toEqual([1, 2]));
  });
});

describe('filters', () => {
  it('shows one profile’s connections, past ones too, or all', async () => {
    const { log, traffic } = fresh('connection');
    for (const conn of ['a', 'b', 'a', 'c', '']) log.add({ conn });
    traffic.shown = new Set(['a', 'c']);
    expect([await rows(traffic), traffic.total]).toEqual([[1, 3, 4, 5], 4]);
    traffic.scope = 'all';
    expect([await rows(traffic), traffic.total]).toEqual([[1, 2, 3, 4, 5], 5]);
  });

  it('switches kinds, and never hides a gap', async () => {
    const { log, traffic } = fresh();
    for (const kind of ['frame', 'http', 'stderr', 'gap']) log.add({ kind });
    traffic.toggle('http');
    expect([await rows(traffic), traffic.countOf('http'), traffic.filtered]).toEqual([[1, 3, 4], 1, true]);
    traffic.only('stderr');
    expect(await rows(traffic)).toEqual([3, 4]);
    traffic.only('stderr');
    expect([await rows(traffic), traffic.filtered]).toEqual([[1, 2, 3, 4], false]);
  });

  it('keeps up with what comes later, and what changes to fit', async () => {
    const { log, traffic } = fresh();
    for (let i = 0; i < 50; i++) log.add({ name: i % 20 === 0 ? 'needle' : 'hay' });
    traffic.text = 'needle';
    expect(await rows(traffic)).toEqual([1, 21, 41]);
    log.add({ name: 'needle too' });
    log.change(10, { name: 'needle' });
    expect(await rows(traffic)).toEqual([1, 10, 21, 41, 51]);
    traffic.text = '';
    expect((await rows(traffic)).length).toBe(51);
  });

  it('says where a filter is wrong and keeps the rows of the last right one', async () => {
    const { log, traffic } = fresh();
    log.add({ name: 'one' });
    log.add({ name: 'two' });
    traffic.text = 'name:one';
    expect(await rows(traffic)).toEqual([1]);
    traffic.text = 'name:one ms:many';
    await settled(traffic);
    expect(traffic.wrong).toMatchObject({ from: 12, to: 16, message: 'ms: takes a number' });
    expect(await rows(traffic)).toEqual([1]);
    traffic.text = 'name:two';
    expect([await rows(traffic), traffic.wrong]).toEqual([[2], undefined]);
  });

  it('gives up a search when the text changes', async () => {
    const { log, traffic } = fresh();
    log.add({ name: 'one' });
    log.add({ name: 'two' });
    await rows(traffic);
    let open: () => void = () => undefined;
    log.gate = new Promise((resolve) => (open = resolve));
    traffic.text = 'name:one';
    traffic.text = 'name:two';
    open();
    await vi.waitFor(() => expect(traffic.row(0)?.seq).toBe(2));
    expect([traffic.rowCount, traffic.problem]).toEqual([1, '']);
  });

  it('opens the filters that hide an entry to be shown', async () => {
    const { log, traffic } = fresh('connection');
    traffic.shown = new Set(['a']);
    const seq = log.add({ conn: 'b', kind: 'http', name: 'x' });
    traffic.toggle('http');
    traffic.text = 'name:y';
    await rows(traffic);
    await traffic.reveal(seq);
    expect([traffic.scope, traffic.isOn('http'), traffic.text]).toEqual(['all', true, '']);
    await vi.waitFor(() => expect([traffic.selected, traffic.indexOf(seq)]).toEqual([seq, 0]));
  });

  it('leaves a filter that shows the entry as it is', async () => {
    const { log, traffic } = fresh();
    const seq = log.add({ name: 'x' });
    traffic.text = 'name:x';
    await traffic.reveal(seq);
    expect(traffic.text).toBe('name:x');
  });
});

describe('selection', () => {
  it('goes with the server it belongs to', async () => {
    const { log, traffic } = fresh('connection');
    traffic.shown = new Set(['a']);
    const seq = log.add({ conn: 'a' });
    await rows(traffic);
    traffic.select(seq);
    traffic.shown = new Set(['a', 'b']);
    expect(traffic.selected).toBe(seq);
    traffic.shown = new Set(['b']);
    expect(traffic.selected).toBeUndefined();
  });

  it('marks entries shown together until another is selected', async () => {
    const { log, traffic } = fresh();
    const seqs = [log.add(), log.add(), log.add()];
    await rows(traffic);
    void traffic.reveal(3, 1);
    expect([traffic.selected, ...seqs.map((seq) => traffic.isMarked(seq))]).toEqual([3, true, false, true]);
    traffic.select(1);
    expect(seqs.some((seq) => traffic.isMarked(seq))).toBe(false);
  });

  it('knows an entry far from the rows in view, where it stands, and when it is answered', async () => {
    const { log, traffic } = fresh();
    const stop = traffic.start();
    const request = log.add({ message: 'request', open: true });
    for (let i = 0; i < 8000; i++) log.add();
    traffic.show(7970, 8001);
    await settled(traffic);
    traffic.select(request);
    await vi.waitFor(() => expect(traffic.selectedEntry?.open).toBe(true));
    await vi.waitFor(() => expect(traffic.indexOf(request)).toBe(0));
    const answer = log.add({ message: 'response', pair: request });
    log.change(request, { open: false, pair: answer });
    log.nudge();
    await vi.waitFor(() => expect(traffic.selectedEntry?.pair).toBe(answer));
    await vi.waitFor(() => expect(traffic.entry(answer)?.message).toBe('response'));
    stop();
  });

  it('waits for a row that is not here', async () => {
    const { log, traffic } = fresh();
    traffic.followTail = false;
    for (let i = 0; i < 3000; i++) log.add();
    traffic.show(0, 20);
    await settled(traffic);
    traffic.selectRow(2500);
    await vi.waitFor(() => expect(traffic.selected).toBe(2501));
  });
});

it('clears, and does not show again what was there before', async () => {
  const { log, traffic } = fresh();
  for (let i = 0; i < 5; i++) log.add();
  await rows(traffic);
  traffic.select(3);
  await traffic.clear();
  log.add();
  expect([await rows(traffic), traffic.selected]).toEqual([[6], undefined]);
});
