import type { Pages, core } from '../backend';
import { orEmpty } from '../lib/orEmpty';
import type { ListMarks } from './listMarks.svelte';

/** A list that a server offers, as it crosses the bridge; `items` is named after what it lists there. */
export interface ListPage<T> {
  readonly items: readonly T[] | null;
  readonly more: boolean;
  readonly cursor: string;
  readonly pages: number;
  readonly seqs: readonly number[] | null;
  readonly at: number;
  readonly findings: readonly string[] | null;
  readonly cache?: core.CacheHint;
  /** What the server says of the feature; none where it is asked whatever that is. */
  readonly offer: core.Offer | null;
  readonly err?: core.Error;
}

export type OfferedState = 'unread' | 'loading' | 'ready' | 'failed';

/** How a list stands, whatever is in it. */
export interface ListStatus {
  readonly items: readonly unknown[];
  readonly state: OfferedState;
  readonly fault: core.Error | null;
  /** What is there was read before: the last read brought nothing but the fault. */
  readonly kept: boolean;
  readonly findings: readonly string[];
  readonly offer: core.Offer | null;
  readonly more: boolean;
  readonly pages: number;
  readonly cursor: string;
  readonly cache: core.CacheHint | null;
}

/** One list of a server: its items, and how they differ from the list that was seen last. */
export class OfferedList<T extends { readonly index: number }> {
  readonly #ask: (pages: Pages) => Promise<ListPage<T>>;
  readonly #faultOf: (error: unknown) => core.Error;
  /** What names an item: names may repeat. */
  readonly key: (item: T) => string;

  items = $state.raw<readonly T[]>([]);
  state = $state<OfferedState>('unread');
  fault = $state.raw<core.Error | null>(null);
  kept = $state(false);
  findings = $state.raw<readonly string[]>([]);
  seqs = $state.raw<readonly number[]>([]);
  offer = $state.raw<core.Offer | null>(null);
  cache = $state.raw<core.CacheHint | null>(null);
  /** There are pages that were not read. */
  more = $state(false);
  /** Pages that were read, and the cursor of the next. */
  pages = $state(0);
  cursor = $state('');
  readonly marks: ListMarks;
  readonly #taken: (before: readonly T[]) => void;
  /** The connection a list was last asked of. */
  #asked = '';
  #loading = 0;

  constructor(
    ask: (pages: Pages) => Promise<ListPage<T>>,
    key: (item: T) => string,
    faultOf: (error: unknown) => core.Error,
    marks: ListMarks,
    taken: (before: readonly T[]) => void = () => undefined,
  ) {
    this.#ask = ask;
    this.key = key;
    this.#faultOf = faultOf;
    this.marks = marks;
    this.#taken = taken;
  }

  /** Whether the server has such a list: it says so, or it answered. */
  get offered(): boolean {
    return this.offer !== null && (this.offer.declared || this.offer.served);
  }

  /** Reads the list kept for a connection, or asks for it: once for each connection. */
  async follow(conn: string): Promise<void> {
    if (conn === this.#asked) return;
    this.#asked = conn;
    await this.load('');
  }

  /** The list is looked at again: one that is not fresh any more by the server's word is asked for. */
  async revisit(): Promise<void> {
    const { cache } = this;
    if (!cache || this.state !== 'ready') return;
    if (cache.until <= Date.now() * 1000 || cache.stale !== '') await this.load('');
  }

  /** Asks for the list; see Pages. */
  async load(pages: Pages): Promise<void> {
    const mine = ++this.#loading;
    this.state = 'loading';
    try {
      const page = await this.#ask(pages);
      if (mine === this.#loading) this.#take(page);
    } catch (error) {
      if (mine !== this.#loading) return;
      this.fault = this.#faultOf(error);
      this.state = 'failed';
    }
  }

  #take(page: ListPage<T>): void {
    const before = this.items;
    this.fault = page.err ?? null;
    this.state = page.err ? 'failed' : 'ready';
    // A refusal takes nothing away: what was chosen can be called again once it is mended.
    this.kept = page.err !== undefined && orEmpty(page.items).length === 0 && before.length > 0;
    if (this.kept) {
      this.seqs = orEmpty(page.seqs);
      return;
    }
    this.items = orEmpty(page.items);
    this.findings = orEmpty(page.findings);
    this.seqs = orEmpty(page.seqs);
    this.offer = page.offer;
    this.cache = page.cache ?? null;
    this.more = page.more;
    this.pages = page.pages;
    this.cursor = page.cursor;
    void this.marks.pull();
    this.#taken(before);
  }

  /** Which item of its key it is. */
  occurrence(item: T, items = this.items): number {
    const key = this.key(item);
    let nth = 0;
    for (const other of items) {
      if (other === item) return nth;
      if (this.key(other) === key) nth++;
    }
    return nth;
  }

  /** Position of the nth item of a key, -1 for none. */
  find(key: string, nth: number): number {
    let left = nth;
    return this.items.findIndex((item) => this.key(item) === key && left-- === 0);
  }
}
