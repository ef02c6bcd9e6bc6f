import { FakeFilters } from '../backend/fake/filters';
import { FakeViews, type ViewedLog } from '../backend/fake/rows';
import type { BodyBytes, BodyPart, FilterWord, Related, ViewInput, ViewRows, ViewState, wire } from '../backend';
import type { TrafficEntry, TrafficSource } from '../state/traffic.svelte';

/** A log of a test's own, shown by the views of the twin. */
export class TestLog implements TrafficSource, ViewedLog {
  entries = new Map<number, TrafficEntry>();
  bodies = new Map<string, string>();
  exchanges = new Map<number, wire.Exchange>();
  rev = 0;
  last = 0;
  floor = 1;
  /** What was asked: "view FILTER", "rows INDEX+LIMIT", "rowof N", "entry N". */
  calls: string[] = [];
  failing = 0;
  gate: Promise<void> = Promise.resolve();
  readonly views = new FakeViews(this, () => this.nudge());
  readonly filters = new FakeFilters();
  readonly #listeners = new Set<(rev: number) => void>();

  add(over: Partial<TrafficEntry> = {}): number {
    const seq = ++this.last;
    this.entries.set(seq, { seq, rev: ++this.rev, conn: 'a', time: seq, kind: 'frame', bytes: 1, ...over });
    return seq;
  }

  change(seq: number, over: Partial<TrafficEntry>): void {
    const entry = this.entries.get(seq);
    if (entry) this.entries.set(seq, { ...entry, ...over, rev: ++this.rev });
  }

  nudge(): void {
    for (const call of this.#listeners) call(this.rev);
  }

  changed(after: number, limit: number): { entries: TrafficEntry[]; next: number } {
    if (after >= this.rev) return { entries: [], next: after };
    const entries = [...this.entries.values()].filter((e) => e.rev > after).sort((a, b) => a.rev - b.rev);
    return { entries: entries.slice(0, limit), next: entries.slice(0, limit).at(-1)?.rev ?? this.rev };
  }

  looked(entry: TrafficEntry): ReturnType<ViewedLog['looked']> {
    const body = this.bodies.get(`${String(entry.seq)} message`) ?? '';
    return { entry, text: () => `${JSON.stringify(entry)} ${body}`.toLowerCase(), header: () => false };
  }

  async #answer<T>(call: string, answer: () => T, signal?: AbortSignal): Promise<T> {
    this.calls.push(call);
    await this.gate;
    signal?.throwIfAborted();
    if (this.failing > 0) {
      this.failing--;
      throw new Error('no answer');
    }
    return answer();
  }

  view(input: ViewInput, signal?: AbortSignal): Promise<ViewState> {
    return this.#answer(`view ${input.filter}`, () => this.views.view(input), signal);
  }

  rows(view: string, index: number, limit: number, signal?: AbortSignal): Promise<ViewRows> {
    return this.#answer(`rows ${String(index)}+${String(limit)}`, () => this.views.rows(view, index, limit), signal);
  }

  rowOf(view: string, seq: number): Promise<number> {
    return this.#answer(`rowof ${String(seq)}`, () => this.views.rowOf(view, seq));
  }

  entry(seq: number): Promise<TrafficEntry> {
    return this.#answer(`entry ${String(seq)}`, () => {
      const entry = this.entries.get(seq);
      if (!entry) throw new Error(`no entry ${String(seq)}`);
      return { ...entry };
    });
  }

  filterWords(_view: string, text: string, at: number): Promise<FilterWord[]> {
    return Promise.resolve(this.views.words(text, at));
  }

  related(seq: number): Promise<Related> {
    return this.#answer(`related ${String(seq)}`, () => {
      const one = this.entries.get(seq);
      const exchange = one?.kind === 'http' ? seq : one?.exchange;
      const entries = [...this.entries.values()].filter(
        (e) => e.seq === seq || e.pair === seq || (exchange && (e.seq === exchange || e.exchange === exchange)),
      );
      return { entries, more: false };
    });
  }

  markEntry(seq: number, comment: string, pinned: boolean): Promise<void> {
    this.views.mark({ seq, comment, pinned });
    return Promise.resolve();
  }

  savedFilters(): ReturnType<TrafficSource['savedFilters']> {
    return Promise.resolve(this.filters.list());
  }

  saveFilter(name: string, text: string): Promise<void> {
    return this.filters.save(name, text);
  }

  renameFilter(from: string, to: string): Promise<void> {
    return this.filters.rename(from, to);
  }

  deleteFilter(name: string): Promise<void> {
    return this.filters.remove(name);
  }

  closeView(view: string): Promise<void> {
    this.views.close(view);
    return Promise.resolve();
  }

  clearTraffic(): Promise<void> {
    this.entries.clear();
    this.floor = this.last + 1;
    this.rev++;
    return Promise.resolve();
  }

  exchange(seq: number): Promise<wire.Exchange> {
    const exchange = this.exchanges.get(seq);
    return exchange ? Promise.resolve(exchange) : Promise.reject(new Error(`no exchange ${String(seq)}`));
  }

  body(seq: number, part: BodyPart, offset: number, length: number): Promise<BodyBytes> {
    const bytes = new TextEncoder().encode(this.bodies.get(`${String(seq)} ${part}`) ?? '');
    const range = bytes.slice(offset, offset + length);
    return Promise.resolve({ bytes: range, total: bytes.length, kept: bytes.length, state: '' });
  }

  reveal(_seq: number, placeholder: string): Promise<string> {
    return Promise.resolve(`true value of ${placeholder.slice(1, -1)}`);
  }

  on(_event: string, call: (rev: number) => void): () => void {
    this.#listeners.add(call);
    return () => void this.#listeners.delete(call);
  }
}

/** An exchange, changed as given. */
export function exchangeOf(over: Partial<wire.Exchange> = {}): wire.Exchange {
  return {
    method: 'POST',
    url: 'http://localhost/mcp',
    proto: 'HTTP/1.1',
    status: 200,
    statusText: 'OK',
    requestHeaders: [],
    responseHeaders: [],
    timing: { dns: 0, connect: 0, tls: 0, wait: 600, transfer: 400, total: 1000, reused: true },
    ...over,
  };
}
