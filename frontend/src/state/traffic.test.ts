import { afterEach, describe, expect, it, vi } from 'vitest';
import type { wire } from '../backend';
import { TestLog as Log } from '../test/trafficLog';
import { Traffic, type TrafficEntry } from './traffic.svelte';

function fresh(scope: 'all' | 'connection' = 'all'): { log: Log; traffic: Traffic } {
  const log = new Log();
  const traffic = new Traffic(log);
  traffic.scope = scope;
  return { log, traffic };
}

const rows = (traffic: Traffic) => Array.from({ length: traffic.rowCount }, (_, i) => traffic.row(i)?.seq);

afterEach(() => vi.useRealTimers());

describe('pulling', () => {
  it('pulls until nothing is left', async () => {
    const { log, traffic } = fresh();
    for (let i = 0; i < 2500; i++) log.add();
    await traffic.pull();
    expect(traffic.rowCount).toBe(2500);
    expect(log.calls).toEqual(['page 0', 'page 1000', 'page 2000', 'page 2500']);
  });

  it('has one pull in flight, and pulls once more when asked meanwhile', async () => {
    const { log, traffic } = fresh();
    let open: () => void = () => undefined;
    log.gate = new Promise((resolve) => (open = resolve));
    const first = traffic.pull();
    log.add();
    void traffic.pull();
    void traffic.pull();
    expect(log.calls).toEqual(['page 0']);
    open();
    await first;
    expect(rows(traffic)).toEqual([1]);
    expect(log.calls).toEqual(['page 0', 'page 1', 'page 1']);
  });

  it('takes pages twice and out of order', () => {
    const { traffic } = fresh();
    const entry = (seq: number, rev: number, over: Partial<TrafficEntry> = {}): TrafficEntry => ({
      seq,
      rev,
      conn: 'a',
      time: 0,
      kind: 'frame',
      bytes: 1,
      ...over,
    });
    const early = { entries: [entry(6, 6), entry(5, 7, { took: 9 })], firstAvailable: 1, next: 7, last: 6 };
    const late = { entries: [entry(5, 5), entry(4, 4)], firstAvailable: 1, next: 5, last: 5 };
    for (const page of [early, late, early]) traffic.apply(page);
    expect(rows(traffic)).toEqual([4, 5, 6]);
    expect(traffic.entry(5)?.took).toBe(9);
  });

  it('shows an update where the entry stands', async () => {
    const { log, traffic } = fresh();
    const seq = log.add({ message: 'request', open: true });
    log.add();
    await traffic.pull();
    log.change(seq, { open: false, pair: 2, took: 420 });
    await traffic.pull();
    expect(rows(traffic)).toEqual([1, 2]);
    expect(traffic.row(0)).toMatchObject({ open: false, pair: 2, took: 420 });
  });

  it('says why a pull failed and tries again by itself', async () => {
    vi.useFakeTimers();
    const { log, traffic } = fresh();
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

  it('lets go of what left the log', async () => {
    const { log, traffic } = fresh();
    for (let i = 0; i < 10; i++) log.add();
    await traffic.pull();
    log.firstAvailable = 6;
    log.add();
    await traffic.pull();
    expect(rows(traffic)).toEqual([6, 7, 8, 9, 10, 11]);
    expect([traffic.listedFrom, traffic.total]).toEqual([6, 6]);
  });

  it('keeps a bounded number of summaries', () => {
    const traffic = new Traffic(new Log(), 5000);
    traffic.scope = 'all';
    for (let at = 0; at < 23_000; at += 1000) {
      const entries = Array.from({ length: 1000 }, (_, i) => at + i + 1).map((seq) => ({
        seq,
        rev: seq,
        conn: 'a',
        time: 0,
        kind: 'frame',
        bytes: 1,
      }));
      traffic.apply({ entries, firstAvailable: 1, next: at + 1000, last: at + 1000 });
    }
    expect(traffic.rowCount).toBeLessThanOrEqual(5500);
    expect(traffic.listedFrom).toBeGreaterThan(1);
    expect(traffic.row(traffic.rowCount - 1)?.seq).toBe(23_000);
  });
});

describe('filters', () => {
  it('shows one profile’s connections, past ones too, or all', async () => {
    const { log, traffic } = fresh('connection');
    for (const conn of ['a', 'b', 'a', 'c', '']) log.add({ conn });
    traffic.shown = new Set(['a', 'c']);
    await traffic.pull();
    expect([rows(traffic), traffic.total]).toEqual([[1, 3, 4, 5], 4]);
    traffic.scope = 'all';
    expect([rows(traffic), traffic.total]).toEqual([[1, 2, 3, 4, 5], 5]);
  });

  it('switches kinds, and never hides a gap', async () => {
    const { log, traffic } = fresh();
    for (const kind of ['frame', 'http', 'stderr', 'gap']) log.add({ kind });
    await traffic.pull();
    traffic.toggle('http');
    expect([rows(traffic), traffic.countOf('http'), traffic.filtered]).toEqual([[1, 3, 4], 1, true]);
    traffic.only('stderr');
    expect(rows(traffic)).toEqual([3, 4]);
    traffic.only('stderr');
    expect([rows(traffic), traffic.filtered]).toEqual([[1, 2, 3, 4], false]);
  });

  it('asks Go for the text, in slices, and keeps up with what comes later', async () => {
    const { log, traffic } = fresh();
    for (let i = 0; i < 6000; i++) log.add({ name: i % 2000 === 0 ? 'needle' : 'hay' });
    await traffic.pull();
    traffic.text = 'needle';
    await vi.waitFor(() => expect(traffic.searching).toBe(false));
    expect(rows(traffic)).toEqual([1, 2001, 4001]);
    expect(log.calls.filter((c) => c.startsWith('match'))).toEqual(['match needle 0', 'match needle 5000']);
    log.add({ name: 'needle too' });
    await traffic.pull();
    await vi.waitFor(() => expect(rows(traffic)).toEqual([1, 2001, 4001, 6001]));
    traffic.text = '';
    expect(traffic.rowCount).toBe(6001);
  });

  it('gives up a search when the text changes', async () => {
    const { log, traffic } = fresh();
    log.add({ name: 'one' });
    log.add({ name: 'two' });
    await traffic.pull();
    let open: () => void = () => undefined;
    log.gate = new Promise((resolve) => (open = resolve));
    traffic.text = 'one';
    traffic.text = 'two';
    open();
    await vi.waitFor(() => expect(traffic.searching).toBe(false));
    expect([rows(traffic), traffic.problem]).toEqual([[2], '']);
  });

  it('opens the filters that hide an entry to be shown', async () => {
    const { log, traffic } = fresh('connection');
    traffic.shown = new Set(['a']);
    const seq = log.add({ conn: 'b', kind: 'http' });
    await traffic.pull();
    traffic.toggle('http');
    traffic.reveal(seq);
    expect([traffic.selected, traffic.indexOf(seq)]).toEqual([seq, 0]);
  });

  it('lets the selection go with the server it belongs to', async () => {
    const { log, traffic } = fresh('connection');
    traffic.shown = new Set(['a']);
    const seq = log.add({ conn: 'a' });
    await traffic.pull();
    traffic.select(seq);
    traffic.shown = new Set(['a', 'b']);
    expect(traffic.selected).toBe(seq);
    traffic.shown = new Set(['b']);
    expect(traffic.selected).toBeUndefined();
  });

  it('marks entries shown together until another is selected', async () => {
    const { log, traffic } = fresh();
    const seqs = [log.add(), log.add(), log.add()];
    await traffic.pull();
    traffic.reveal(3, 1);
    expect([traffic.selected, ...seqs.map((seq) => traffic.isMarked(seq))]).toEqual([3, true, false, true]);
    traffic.select(1);
    expect(seqs.some((seq) => traffic.isMarked(seq))).toBe(false);
  });
});

it('clears, and does not show again what was pulled before', async () => {
  const { log, traffic } = fresh();
  for (let i = 0; i < 5; i++) log.add();
  await traffic.pull();
  traffic.select(3);
  const stale: wire.Page = { entries: [...log.entries.values()], firstAvailable: 1, next: 5, last: 5 };
  await traffic.clear();
  traffic.apply(stale);
  log.add();
  await traffic.pull();
  expect([rows(traffic), traffic.selected, traffic.listedFrom]).toEqual([[6], undefined, 0]);
});
