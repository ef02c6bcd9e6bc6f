import type { wire } from '../../../wailsjs/go/models';
import { AppError } from '../error';
import type { BodyBytes, BodyPart } from '../types';
import type { Looked } from './filter';

type Draft = Partial<wire.Entry> & { conn: string; kind: string };
interface Bodies {
  message?: string;
  request?: string;
  response?: string;
}

const text = new TextEncoder();

/** A log with the rules of app/wire: numbers that rise, revisions, pairs, pages by revision. */
export class FakeLog {
  readonly #entries: wire.Entry[] = [];
  readonly #bodies = new Map<number, Bodies>();
  readonly #exchanges = new Map<number, wire.Exchange>();
  readonly #changed: (rev: number) => void;
  #rev = 0;
  #floor = 1;
  /** Microseconds; the log's own clock while it is filled with the past. */
  now: () => number = () => Date.now() * 1000;

  constructor(changed: (rev: number) => void) {
    this.#changed = changed;
  }

  append(draft: Draft, bodies: Bodies = {}, exchange?: wire.Exchange): wire.Entry {
    const seq = this.#entries.length + 1;
    const length = text.encode(bodies.message ?? bodies.response ?? '').length;
    const entry: wire.Entry = { time: this.now(), bytes: length, ...draft, seq, rev: ++this.#rev };
    this.#entries.push(entry);
    this.#bodies.set(seq, bodies);
    if (exchange) this.#exchanges.set(seq, exchange);
    const other = entry.pair ? this.#entries[entry.pair - 1] : undefined;
    if (other && entry.message !== 'request') {
      other.pair = seq;
      other.open = false;
      other.took = entry.time - other.time;
      entry.took = other.took;
      if (!entry.method && other.method) entry.method = other.method;
      if (!entry.name && other.name) entry.name = other.name;
      other.rev = ++this.#rev;
    }
    this.#changed(this.#rev);
    return entry;
  }

  get floor(): number {
    return this.#floor;
  }

  get last(): number {
    return this.#entries.length;
  }

  entry(seq: number): wire.Entry {
    const entry = seq < this.#floor ? undefined : this.#entries[seq - 1];
    if (!entry) throw new AppError({ kind: 'input', message: `entry ${seq} has left the log` });
    return { ...entry };
  }

  /** What belongs to the same call or exchange as an entry, in order. */
  related(seq: number): wire.Entry[] {
    const one = this.entry(seq);
    const exchange = one.kind === 'http' ? one.seq : one.exchange;
    const same = (e: wire.Entry): boolean =>
      e.seq === seq ||
      e.pair === seq ||
      (one.call !== undefined && e.call === one.call) ||
      (exchange !== undefined && (e.seq === exchange || e.exchange === exchange));
    return this.#entries.filter((e) => e.seq >= this.#floor && same(e)).map((e) => ({ ...e }));
  }

  /** Entries changed after a revision. */
  changed(after: number, limit: number): { entries: wire.Entry[]; next: number } {
    if (after >= this.#rev) return { entries: [], next: after };
    return this.page(after, limit);
  }

  /** What a filter looks at. */
  looked(entry: wire.Entry): Looked {
    const exchange = this.#exchanges.get(entry.seq);
    const { message = '', request = '', response = '' } = this.#bodies.get(entry.seq) ?? {};
    return {
      entry,
      text: () =>
        JSON.stringify([entry, exchange ?? '']).toLowerCase() + `${message} ${request} ${response}`.toLowerCase(),
      header: (name) =>
        [...(exchange?.requestHeaders ?? []), ...(exchange?.responseHeaders ?? [])].some(
          (header) => header.name.toLowerCase() === name,
        ),
    };
  }

  page(after: number, limit: number): wire.Page {
    const entries = this.#entries
      .filter((e) => e.rev > after && e.seq >= this.#floor)
      .sort((a, b) => a.rev - b.rev)
      .slice(0, limit)
      .map((e) => ({ ...e }));
    return {
      entries,
      firstAvailable: this.#floor,
      next: entries.at(-1)?.rev ?? Math.max(after, this.#rev),
      last: this.#entries.length,
    };
  }

  exchange(seq: number): wire.Exchange {
    const exchange = this.#exchanges.get(seq);
    if (!exchange) throw new AppError({ kind: 'input', message: `entry ${seq} is no HTTP exchange` });
    return exchange;
  }

  body(seq: number, part: BodyPart, offset: number, length: number): BodyBytes {
    const bytes = text.encode(this.#bodies.get(seq)?.[part] ?? '');
    return { bytes: bytes.slice(offset, offset + length), total: bytes.length, kept: bytes.length, state: '' };
  }

  clear(): void {
    this.#floor = this.#entries.length + 1;
    this.#changed(++this.#rev);
  }
}
