import type { core, wire } from '../../../wailsjs/go/models';

/** The lane an entry of the twin stands in. */
function laneOf(e: wire.Entry): string {
  if (e.kind === 'http') return 'http';
  if (e.kind === 'sse') return 'streams';
  if (e.kind === 'stderr') return 'stderr';
  if (e.kind === 'auth') return 'signin';
  if (e.kind !== 'frame') return 'state';
  if (e.message === 'notification') return 'notifications';
  const ours = e.message === 'request' ? e.dir === 'out' : e.dir === 'in';
  return ours ? 'client' : 'server';
}

const failed = (e: wire.Entry): boolean =>
  e.message === 'error' || e.toolErr === true || (e.kind === 'http' && (e.status ?? 0) >= 400);

/** Entries over time, as the program sums them up: a call once, by its answer. */
export function timelineOf(entries: readonly wire.Entry[], input: core.TimelineInput): core.Timeline {
  const drawn = entries.filter((e) => e.message !== 'request' || !e.pair);
  const began = (e: wire.Entry): number => e.time - (e.kind === 'frame' ? (e.took ?? 0) : 0);
  const first = drawn.reduce((least, e) => Math.min(least, began(e)), Infinity);
  const last = drawn.reduce((most, e) => Math.max(most, began(e)), 0);
  const from = input.from || (drawn.length > 0 ? first : 0);
  const to = input.to || last + 1;
  const step = Math.max(1, Math.ceil((to - from) / input.pixels));
  const lanes = new Map<string, core.Lane>();
  const spans: core.Span[] = [];
  for (const e of drawn) {
    const lane = laneOf(e);
    const one = lanes.get(lane) ?? { conn: e.conn, lane, at: [], n: [], errors: [], took: [], hits: [] };
    lanes.set(lane, one);
    const time = began(e);
    if (time < from || time >= to) continue;
    const at = Math.floor((time - from) / step);
    let place = one.at.indexOf(at);
    if (place < 0) {
      place = one.at.push(at) - 1;
      one.n.push(0);
      one.errors.push(0);
      one.took.push(0);
    }
    one.n[place] = (one.n[place] ?? 0) + 1;
    if (failed(e)) one.errors[place] = (one.errors[place] ?? 0) + 1;
    one.took[place] = Math.max(one.took[place] ?? 0, e.took ?? 0);
    spans.push({
      seq: e.seq,
      conn: e.conn,
      lane,
      time,
      took: e.took ?? 0,
      open: e.open ?? false,
      failed: failed(e),
      row: true,
      kind: e.kind,
      method: e.method ?? '',
      name: e.name ?? '',
      status: e.status ?? 0,
    });
  }
  return {
    from,
    to,
    step,
    first: drawn.length > 0 ? first : 0,
    last,
    done: true,
    rev: last,
    lanes: [...lanes.values()],
    spans: spans.length <= 2000 ? spans : [],
    whole: spans.length <= 2000,
  };
}

const none: core.CallFigures = {
  count: 0,
  answered: 0,
  errors: 0,
  open: 0,
  p50: 0,
  p95: 0,
  p99: 0,
  max: 0,
  sum: 0,
  bytesOut: 0,
  bytesIn: 0,
};

function figures(calls: readonly wire.Entry[]): core.CallFigures {
  const took = calls.map((e) => e.took ?? 0).sort((a, b) => a - b);
  const at = (share: number): number => took[Math.min(took.length - 1, Math.floor(took.length * share))] ?? 0;
  return {
    ...none,
    count: calls.length,
    answered: took.length,
    errors: calls.filter(failed).length,
    p50: at(0.5),
    p95: at(0.95),
    p99: at(0.99),
    max: took.at(-1) ?? 0,
    sum: took.reduce((a, b) => a + b, 0),
    bytesIn: calls.reduce((sum, e) => sum + e.bytes, 0),
  };
}

/** Figures of calls, as the program makes them. */
export function statsOf(entries: readonly wire.Entry[]): core.Stats {
  const calls = entries.filter((e) => e.kind === 'frame' && (e.message === 'response' || e.message === 'error'));
  const by = (key: (e: wire.Entry) => string): core.StatsRow[] => {
    const groups = new Map<string, wire.Entry[]>();
    for (const e of calls) if (key(e) !== '') groups.set(key(e), [...(groups.get(key(e)) ?? []), e]);
    return [...groups]
      .map(([name, list]) => ({ name, dir: 'out', ...figures(list) }))
      .sort((a, b) => b.count - a.count);
  };
  return {
    tools: by((e) => (e.method === 'tools/call' ? (e.name ?? '') : '')),
    methods: by((e) => e.method ?? ''),
    http: [],
    slowest: [...calls]
      .sort((a, b) => (b.took ?? 0) - (a.took ?? 0))
      .slice(0, 50)
      .map((e) => ({
        seq: e.seq,
        pair: e.pair ?? 0,
        conn: e.conn,
        method: e.method ?? '',
        name: e.name ?? '',
        time: e.time,
        took: e.took ?? 0,
        failed: failed(e),
      })),
    all: figures(calls),
    looked: entries.length,
    first: entries[0]?.time ?? 0,
    last: entries.at(-1)?.time ?? 0,
    more: false,
  };
}
