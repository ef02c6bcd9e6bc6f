import type { Backend, BodyPart, wire } from '../backend';
import { BodyRange } from './bodyRange.svelte';
import { Carried } from '../lib/carried';
import { EntryLog, indexOfSorted, lowerBound, mergeSorted } from '../lib/entryLog';
import { groupOf, groups, perGroup, type Group } from '../lib/trafficRows';
import { painted, type Hold } from './hold';
import { TextSearch } from './textSearch.svelte';

/** An entry of the log. */
export type TrafficEntry = wire.Entry;

/** What the traffic state needs of the backend. */
export type TrafficSource = Pick<Backend, 'page' | 'match' | 'exchange' | 'body' | 'reveal' | 'clearTraffic' | 'on'>;

/** Entries pulled at once: the bridge's own limit. */
const pageLimit = 1000;
/**
 * Summaries the window keeps, about 100 MB at worst; older ones stay in the log. A tenth more is let in before the
 * oldest go, so that it is not done at every page.
 */
const keptEntries = 200_000;

export type Scope = 'connection' | 'all';

/**
 * The traffic as the window shows it: entries pulled by revision, the rows that pass the filters, the selection.
 *
 * Entries and rows are plain structures behind one version number: a flood of entries costs what it brings, never
 * what is there already. Whoever reads rows through this class is told when they change.
 */
export class Traffic {
  readonly #source: TrafficSource;
  readonly #kept: number;
  readonly #hold: Hold | undefined;
  readonly #log = new EntryLog<TrafficEntry>();
  #rows: number[] = [];
  readonly #carried = new Carried();
  #counts: Record<Group, number> = perGroup(0);
  #total = 0;
  /** Grows with every change of entries or rows. */
  #version = $state(0);

  /** Revision up to which pages were pulled. */
  #next = 0;
  #firstAvailable = 1;
  /** Numbers below were cleared by the user: their absence needs no note. */
  #cleared = 1;
  #floor = 0;
  #pulling = false;
  #again = false;
  #stop: (() => void) | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  #scope = $state<Scope>('connection');
  #shown = $state.raw<ReadonlySet<string>>(new Set());
  #on = $state.raw<Record<Group, boolean>>(perGroup(true));
  readonly #search: TextSearch;

  /** Number of the selected entry. */
  #selected = $state<number>();
  #marked = $state.raw<ReadonlySet<number>>(new Set());
  /** Whether the table stays at its end while entries come in. */
  followTail = $state(true);
  /** Why the last pull or search failed; it is tried again. */
  problem = $state('');
  /** Whether a first pull came back. */
  loaded = $state(false);

  /** `kept` bounds the summaries held; `hold` says when a pull is to wait. */
  constructor(source: TrafficSource, kept = keptEntries, hold?: Hold) {
    this.#source = source;
    this.#kept = kept;
    this.#hold = hold;
    this.#search = new TextSearch(source, {
      found: (seqs) => this.#list(seqs),
      failed: (error) => (this.problem = messageOf(error)),
    });
  }

  /** Starts pulling; the returned function ends it. */
  start(): () => void {
    this.#stop = this.#source.on('traffic', () => void this.pull());
    void this.pull();
    return () => {
      this.#stop?.();
      this.#stop = undefined;
      clearTimeout(this.#retry);
      this.#search.stop();
    };
  }

  /** Pulls until nothing is left. Asked while it pulls, it pulls once more. */
  async pull(): Promise<void> {
    this.#again = true;
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      while (this.#again) {
        this.#again = false;
        await this.#drain();
      }
      this.problem = '';
      this.loaded = true;
    } catch (error) {
      this.problem = messageOf(error);
      // A nudge may never come again on a quiet connection, so what is missing is asked for again.
      clearTimeout(this.#retry);
      if (this.#stop) this.#retry = setTimeout(() => void this.pull(), 2000);
    } finally {
      this.#pulling = false;
    }
    void this.#search.follow(this.#next);
  }

  async #drain(): Promise<void> {
    for (;;) {
      if (this.#hold?.held) await this.#hold.free();
      const after = this.#next;
      const page = await this.#source.page(after, pageLimit);
      // A clear meanwhile moved the cursor: the page is of before it.
      if (after === this.#next) this.apply(page);
      if (page.entries.length === 0 || page.next <= after) return;
      // A flood leaves every other frame to the user.
      if (page.entries.length >= pageLimit) await painted();
    }
  }

  /** Takes a page in. Pages may come twice or out of order. */
  apply(page: wire.Page): void {
    const more: number[] = [];
    for (const entry of page.entries) {
      if (entry.seq < this.#floor || entry.seq < this.#cleared) continue;
      const was = this.#log.put(entry);
      if (was !== 'same' && entry.exchange) this.#carried.note(entry.exchange, entry.seq);
      if (was !== 'new') continue;
      this.#count(entry, 1);
      if (this.#passes(entry)) more.push(entry.seq);
    }
    if (more.length > 0)
      this.#rows = mergeSorted(
        this.#rows,
        more.sort((a, b) => a - b),
      );
    this.#next = Math.max(this.#next, page.next);
    if (page.firstAvailable > this.#firstAvailable) {
      this.#firstAvailable = page.firstAvailable;
      this.#dropBelow(page.firstAvailable);
    }
    if (this.#log.size > this.#kept * 1.1) this.#dropBelow(this.#log.floorFor(this.#kept));
    if (page.entries.length > 0) this.#version++;
  }

  #dropBelow(seq: number): void {
    this.#floor = Math.max(this.#floor, seq);
    this.#log.dropBelow(this.#floor, (entry) => {
      this.#count(entry, -1);
      this.#search.forget(entry.seq);
      this.#carried.forget(entry.seq);
    });
    this.#rows = this.#rows.slice(lowerBound(this.#rows, this.#floor));
    this.#version++;
  }

  #count(entry: TrafficEntry, by: number): void {
    if (!this.#inScope(entry)) return;
    const group = groupOf(entry);
    if (group) this.#counts[group] += by;
    this.#total += by;
  }

  #inScope(entry: TrafficEntry): boolean {
    return this.#scope === 'all' || entry.conn === '' || this.#shown.has(entry.conn);
  }

  #passes(entry: TrafficEntry): boolean {
    const group = groupOf(entry);
    if (group && !this.#on[group]) return false;
    return this.#inScope(entry) && this.#search.holds(entry.seq);
  }

  #rebuild(): void {
    this.#rows = [];
    this.#counts = perGroup(0);
    this.#total = 0;
    for (const entry of this.#log) {
      this.#count(entry, 1);
      if (this.#passes(entry)) this.#rows.push(entry.seq);
    }
    this.#version++;
  }

  /** Makes whoever reads depend on the version. */
  #watch(): number {
    return this.#version;
  }

  /** Number of rows that pass the filters. */
  get rowCount(): number {
    this.#watch();
    return this.#rows.length;
  }

  /** Number of entries in scope, whatever the other filters. */
  get total(): number {
    this.#watch();
    return this.#total;
  }

  /** Number of entries of a group in scope. */
  countOf(group: Group): number {
    this.#watch();
    return this.#counts[group];
  }

  /** The entry of a row. */
  row(index: number): TrafficEntry | undefined {
    this.#watch();
    const seq = this.#rows[index];
    return seq === undefined ? undefined : this.#log.get(seq);
  }

  /** An entry by its number, whether it passes the filters or not. */
  entry(seq: number | undefined): TrafficEntry | undefined {
    this.#watch();
    return seq === undefined ? undefined : this.#log.get(seq);
  }

  /** The messages and events an exchange carried, the first of them when there are many. */
  carriedBy(seq: number): TrafficEntry[] {
    this.#watch();
    const held = this.#carried.of(seq).flatMap((n) => this.#log.get(n) ?? []);
    return held.sort((a, b) => a.seq - b.seq);
  }

  /** The row an entry stands in, or -1. */
  indexOf(seq: number | undefined): number {
    this.#watch();
    return seq === undefined ? -1 : indexOfSorted(this.#rows, seq);
  }

  /** Lowest number still listed when older entries are not, or 0. */
  get listedFrom(): number {
    this.#watch();
    return this.#floor > this.#cleared ? this.#floor : 0;
  }

  get selected(): number | undefined {
    return this.#selected;
  }

  get selectedEntry(): TrafficEntry | undefined {
    return this.entry(this.#selected);
  }

  /** Selects an entry, also one the filters hide; undefined selects none. */
  select(seq: number | undefined): void {
    this.#selected = seq;
    if (this.#marked.size > 0) this.#marked = new Set();
  }

  /** Whether an entry was asked for together with the selected one. */
  isMarked(seq: number): boolean {
    return this.#marked.has(seq);
  }

  /** Selects the first of some entries, marks all, and opens the filters that hide any of them. */
  reveal(...seqs: number[]): void {
    for (const seq of seqs) this.#unhide(seq);
    this.select(seqs[0]);
    if (seqs.length > 1) this.#marked = new Set(seqs);
  }

  #unhide(seq: number): void {
    const entry = this.#log.get(seq);
    if (!entry || this.#passes(entry)) return;
    if (!this.#search.holds(seq)) this.text = '';
    if (!this.#inScope(entry)) this.scope = 'all';
    const group = groupOf(entry);
    if (group && !this.#on[group]) this.toggle(group);
  }

  get scope(): Scope {
    return this.#scope;
  }

  set scope(scope: Scope) {
    if (scope === this.#scope) return;
    this.#scope = scope;
    this.#rebuild();
  }

  /** The connections that "This connection" means: one profile's, past ones too. */
  get shown(): ReadonlySet<string> {
    return this.#shown;
  }

  set shown(conns: ReadonlySet<string>) {
    if (conns.size === this.#shown.size && [...conns].every((conn) => this.#shown.has(conn))) return;
    this.#shown = conns;
    if (this.#scope === 'all') return;
    // The detail is of what is listed: another server's entry beside this one's table would mislead.
    const entry = this.#selected === undefined ? undefined : this.#log.get(this.#selected);
    if (entry && !this.#inScope(entry)) this.select(undefined);
    this.#rebuild();
  }

  isOn(group: Group): boolean {
    return this.#on[group];
  }

  toggle(group: Group): void {
    this.#on = { ...this.#on, [group]: !this.#on[group] };
    this.#rebuild();
  }

  /** Shows one group only, or all again when it is the only one. */
  only(group: Group): void {
    const alone = groups.every(({ id }) => this.#on[id] === (id === group));
    this.#on = alone ? perGroup(true) : { ...perGroup(false), [group]: true };
    this.#rebuild();
  }

  /** Whether text or kind toggles hide entries. */
  get filtered(): boolean {
    return this.text !== '' || groups.some(({ id }) => !this.#on[id]);
  }

  /** Shows everything in scope again. */
  clearFilters(): void {
    this.#on = perGroup(true);
    this.#setText('');
  }

  get text(): string {
    return this.#search.text;
  }

  /** The text filter: entries that hold it in a field, a header or a body. Go does the looking. */
  set text(text: string) {
    if (text !== this.text) this.#setText(text);
  }

  /** Whether a text search has not reached the end of the log. */
  get searching(): boolean {
    return this.#search.searching;
  }

  #setText(text: string): void {
    this.#search.begin(text);
    this.#rebuild();
    void this.#search.follow(this.#next);
  }

  /** Takes entries that are found to pass into the rows. */
  #list(seqs: number[]): void {
    const more = seqs.filter((seq) => {
      const entry = this.#log.get(seq);
      return entry !== undefined && this.#passes(entry);
    });
    if (more.length === 0) return;
    this.#rows = mergeSorted(
      this.#rows,
      more.sort((a, b) => a - b),
    );
    this.#version++;
  }

  /** The HTTP side of an exchange. */
  exchange(seq: number, signal: AbortSignal): Promise<wire.Exchange> {
    return this.#source.exchange(seq, signal);
  }

  /** A body of an entry, to be fetched as far as it is looked at and closed when it no longer is. */
  body(seq: number, part: BodyPart): BodyRange {
    return new BodyRange(this.#source, seq, part);
  }

  /** The true value behind a placeholder. The caller shows it and forgets it. */
  revealSecret(seq: number, placeholder: string): Promise<string> {
    return this.#source.reveal(seq, placeholder);
  }

  /** Forgets every entry, in Go too. */
  async clear(): Promise<void> {
    await this.#source.clearTraffic();
    this.#cleared = Math.max(this.#cleared, this.#log.last + 1);
    this.#log.clear();
    this.#search.forgetAll();
    this.#carried.clear();
    this.select(undefined);
    this.#rebuild();
    await this.pull();
    this.#cleared = Math.max(this.#cleared, this.#firstAvailable);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
