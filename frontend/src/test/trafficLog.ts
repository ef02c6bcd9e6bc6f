import type { BodyBytes, BodyPart, wire } from '../backend';
import type { TrafficEntry, TrafficSource } from '../state/traffic.svelte';

/** A log with the paging rules of app/wire, in memory. */
export class TestLog implements TrafficSource {
  entries = new Map<number, TrafficEntry>();
  bodies = new Map<string, string>();
  exchanges = new Map<number, wire.Exchange>();
  rev = 0;
  last = 0;
  firstAvailable = 1;
  calls: string[] = [];
  failing = 0;
  nudge: () => void = () => undefined;
  gate: Promise<void> = Promise.resolve();

  add(over: Partial<TrafficEntry> = {}): number {
    const seq = ++this.last;
    this.entries.set(seq, { seq, rev: ++this.rev, conn: 'a', time: seq, kind: 'frame', bytes: 1, ...over });
    return seq;
  }

  change(seq: number, over: Partial<TrafficEntry>): void {
    const entry = this.entries.get(seq);
    if (entry) this.entries.set(seq, { ...entry, ...over, rev: ++this.rev });
  }

  async page(after: number, limit: number): Promise<wire.Page> {
    this.calls.push(`page ${String(after)}`);
    await this.gate;
    if (this.failing > 0) {
      this.failing--;
      throw new Error('no answer');
    }
    const entries = this.changed(after).slice(0, limit);
    return { entries, firstAvailable: this.firstAvailable, next: entries.at(-1)?.rev ?? after, last: this.last };
  }

  async match(
    text: string,
    after: number,
    limit: number,
    signal?: AbortSignal,
  ): Promise<{ seqs: number[]; next: number }> {
    this.calls.push(`match ${text} ${String(after)}`);
    await this.gate;
    signal?.throwIfAborted();
    const looked = this.changed(after).slice(0, limit);
    return { seqs: looked.filter((e) => e.name?.includes(text)).map((e) => e.seq), next: looked.at(-1)?.rev ?? after };
  }

  changed(after: number): TrafficEntry[] {
    return [...this.entries.values()].filter((e) => e.rev > after).sort((a, b) => a.rev - b.rev);
  }

  clearTraffic(): Promise<void> {
    this.entries.clear();
    this.firstAvailable = this.last + 1;
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
    this.nudge = () => call(this.rev);
    return () => {
      this.nudge = () => undefined;
    };
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
