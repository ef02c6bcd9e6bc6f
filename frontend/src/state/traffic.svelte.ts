import type { Backend, BodyPart, EntryMark, FilterProblem, FilterTerm, FilterWord, Related, wire } from '../backend';
import { BodyRange } from './bodyRange.svelte';
import { groups, perGroup, groupOf, type Group } from '../lib/trafficRows';
import { earlier, captureOf } from '../lib/runs';
import type { TimeWindow } from '../lib/timeScale';
import { EntryBook } from './entryBook.svelte';
import { FilterBook, type FilterSource } from './filterBook.svelte';
import type { Hold } from './hold';
import { Selection } from './selection.svelte';
import { ViewFeed, type ViewSource, type ViewWanted } from './viewFeed.svelte';

/** An entry of the log. */
export type TrafficEntry = wire.Entry;

/** What the traffic state needs of the backend. */
export type TrafficSource = ViewSource &
  FilterSource &
  Pick<Backend, 'entry' | 'filterWords' | 'related' | 'markEntry' | 'exchange' | 'body' | 'reveal' | 'clearTraffic'>;

export type Scope = 'connection' | 'all' | 'captures';

/**
 * The traffic as the window shows it: the rows of one view that the program filters, the selection, the marks.
 *
 * The window holds no list of entries: it looks at a part of the rows. An entry that is looked at by its number is
 * read by itself.
 */
export class Traffic {
  readonly #source: TrafficSource;
  readonly #feed: ViewFeed;
  readonly #book: EntryBook;
  readonly #selection: Selection;
  /** The filters saved and used before. */
  readonly filters: FilterBook;

  #scope = $state<Scope>('connection');
  #shown = $state.raw<ReadonlySet<string>>(new Set());
  #captures = $state.raw<readonly string[]>([]);
  #on = $state.raw<Record<Group, boolean>>(perGroup(true));
  #text = $state('');
  /** Whether the user stopped the search of this scope and filter. */
  #stop = false;

  #followTail = $state(true);
  /** Time of the first row, in Unix microseconds. */
  #begin = $state<number>();
  #begun = -1;
  /** Grows when the rows become those of another filter or scope. */
  swaps = $state(0);
  /** The part of time that the timeline shows or marks, in Unix microseconds; undefined: all of it. */
  window = $state.raw<TimeWindow>();
  /** Why the last pull failed; it is tried again. */
  problem = $state('');
  /** Whether a first answer came. */
  loaded = $state(false);

  /** `hold` says when a pull is to wait. */
  constructor(source: TrafficSource, hold?: Hold) {
    this.#source = source;
    this.filters = new FilterBook(source);
    this.#book = new EntryBook(source, () => this.#selection.watchKin());
    const hooks = {
      changed: (fresh: boolean) => this.#changed(fresh),
      failed: (error: unknown) => (this.problem = messageOf(error)),
      well: () => (this.problem = ''),
    };
    this.#feed = new ViewFeed(source, 'traffic', this.#wanted(), hooks, hold);
    this.#feed.tail = true;
    this.#selection = new Selection(this.#feed, this.#book);
  }

  /** Starts following the log; the returned function ends it. */
  start(): () => void {
    const ends = [this.#feed.start(), this.filters.start(), this.#source.on('traffic', () => this.#book.review())];
    return () => ends.forEach((end) => end());
  }

  /** Reads what changed. */
  pull(): Promise<void> {
    return this.#feed.pull();
  }

  #wanted(): ViewWanted {
    return {
      scope: {
        all: this.#scope === 'all',
        conns: this.#scope === 'connection' ? [...this.#shown] : [],
        captures: this.#scope === 'captures' ? [...this.#captures] : [],
      },
      filter: this.#text,
      off: groups.filter(({ id }) => !this.#on[id]).map(({ id }) => id),
      stop: this.#stop,
    };
  }

  /** Another scope or filter is looked at whole; other toggles leave a search that was stopped. */
  #rebuild(stop = false): void {
    this.#stop = stop;
    this.#selection.forgetPlace();
    this.#begun = -1;
    this.#feed.want(this.#wanted());
  }

  #changed(fresh: boolean): void {
    this.loaded = true;
    if (fresh) this.swaps++;
    this.#selection.review();
    if (fresh) this.#begin = undefined;
    const first = this.#feed.row(0);
    if (first) this.#begin = first.time;
  }

  /** Name of the view in the program. */
  get viewId(): string {
    return this.#feed.id;
  }

  /** Number of rows. */
  get rowCount(): number {
    return this.#feed.rowCount;
  }

  /** Number of entries in scope, whatever the other filters. */
  get total(): number {
    return this.#feed.state?.total ?? 0;
  }

  /** Number of entries of a group in scope. */
  countOf(group: Group): number {
    return this.#feed.state?.counts[group] ?? 0;
  }

  /** The entry of a row; undefined while it is read. */
  row(index: number): TrafficEntry | undefined {
    return this.#feed.row(index);
  }

  /** Tells which rows are in view. */
  show(first: number, end: number): void {
    this.#feed.show(first, end);
  }

  /** Time of the first row, in Unix microseconds; undefined until it is read: see `wantBegin`. */
  get begin(): number | undefined {
    return this.#begin;
  }

  /** Reads the first row, wherever the table stands. */
  wantBegin(): void {
    if (this.#begin !== undefined || this.#begun === this.swaps || this.rowCount === 0) return;
    this.#begun = this.swaps;
    this.#feed.fetch(0);
  }

  /** An entry by its number, if it is here: rows around those in view, the selected entry and its kin. */
  entry(seq: number | undefined): TrafficEntry | undefined {
    return seq === undefined ? undefined : (this.#feed.entry(seq) ?? this.#book.get(seq));
  }

  /** An entry by its number, wherever it is; undefined when it is nowhere any more. */
  async find(seq: number): Promise<TrafficEntry | undefined> {
    return this.#feed.entry(seq) ?? (await this.#book.read(seq));
  }

  /** The row an entry stands in, -1 for none or while that is not known. */
  indexOf(seq: number | undefined): number {
    return this.#selection.indexOf(seq);
  }

  /** Puts a comment and a pin on an entry; without both it takes the mark away. */
  async mark(seq: number, comment: string, pinned: boolean): Promise<void> {
    await this.#source.markEntry(seq, comment, pinned);
    this.#feed.setMark({ seq, comment, pinned });
    await this.pull();
  }

  /** What the user put on an entry. */
  markOf(seq: number): EntryMark | undefined {
    return this.#feed.mark(seq);
  }

  /** Lowest number still listed when older entries are not, or 0. */
  get listedFrom(): number {
    return this.#feed.state?.listedFrom ?? 0;
  }

  get followTail(): boolean {
    return this.#followTail;
  }

  /** Whether the table stays at its end while entries come in. */
  set followTail(follow: boolean) {
    this.#followTail = follow;
    this.#feed.tail = follow;
  }

  get selected(): number | undefined {
    return this.#selection.seq;
  }

  get selectedEntry(): TrafficEntry | undefined {
    return this.#selection.entry;
  }

  /** Selects an entry, also one the filters hide; undefined selects none. */
  select(seq: number | undefined): void {
    this.#selection.select(seq);
  }

  /** Selects the entry of a row, as soon as it is here. */
  selectRow(index: number): void {
    this.#selection.selectRow(index);
  }

  /** Whether an entry was asked for together with the selected one. */
  isMarked(seq: number): boolean {
    return this.#selection.isMarked(seq);
  }

  /** Selects the first of some entries, marks all, and opens the filters that hide any of them. */
  async reveal(...seqs: number[]): Promise<void> {
    this.select(seqs[0]);
    if (seqs.length > 1) this.#selection.mark(seqs);
    for (const seq of seqs) await this.#unhide(seq);
  }

  async #unhide(seq: number): Promise<void> {
    if (this.#feed.settled && this.#feed.indexOf(seq) >= 0) return;
    const entry = await this.find(seq);
    if (!entry) return;
    if (!this.#inScope(entry)) {
      if (earlier(seq)) this.openCaptures([captureOf(entry)]);
      else this.scope = 'all';
    }
    const group = groupOf(entry);
    if (group && !this.#on[group]) this.toggle(group);
    if (!this.#text) return;
    await this.pull();
    if ((await this.#feed.find(seq).catch(() => -1)) < 0) this.text = '';
  }

  #inScope(entry: TrafficEntry): boolean {
    if (this.#scope === 'captures') return earlier(entry.seq) && this.#captures.includes(captureOf(entry));
    if (earlier(entry.seq)) return false;
    return this.#scope === 'all' || entry.conn === '' || this.#shown.has(entry.conn);
  }

  get scope(): Scope {
    return this.#scope;
  }

  set scope(scope: Scope) {
    if (scope === this.#scope) return;
    this.#scope = scope;
    this.#rebuild();
  }

  /** The captures of earlier runs that are shown instead of what is live. */
  get captures(): readonly string[] {
    return this.#captures;
  }

  /** Shows captures; none goes back to what is live. */
  openCaptures(captures: readonly string[]): void {
    this.#captures = captures;
    this.#scope = captures.length > 0 ? 'captures' : 'connection';
    this.followTail = captures.length === 0;
    this.select(undefined);
    this.#rebuild();
  }

  /** The connections that "This connection" means: one profile's, past ones too. */
  get shown(): ReadonlySet<string> {
    return this.#shown;
  }

  set shown(conns: ReadonlySet<string>) {
    if (conns.size === this.#shown.size && [...conns].every((conn) => this.#shown.has(conn))) return;
    this.#shown = conns;
    if (this.#scope !== 'connection') return;
    // The detail is of what is listed: another server's entry beside this one's table would mislead.
    const entry = this.selectedEntry;
    if (entry && !this.#inScope(entry)) this.select(undefined);
    this.#rebuild();
  }

  isOn(group: Group): boolean {
    return this.#on[group];
  }

  toggle(group: Group): void {
    this.#on = { ...this.#on, [group]: !this.#on[group] };
    this.#rebuild(this.#stop);
  }

  /** Shows one group only, or all again when it is the only one. */
  only(group: Group): void {
    const alone = groups.every(({ id }) => this.#on[id] === (id === group));
    this.#on = alone ? perGroup(true) : { ...perGroup(false), [group]: true };
    this.#rebuild(this.#stop);
  }

  /** Whether a filter or kind toggles hide entries. */
  get filtered(): boolean {
    return this.text !== '' || groups.some(({ id }) => !this.#on[id]);
  }

  /** Shows everything in scope again. */
  clearFilters(): void {
    this.#on = perGroup(true);
    this.#text = '';
    this.#rebuild();
  }

  /** The filter, in the filter language. Go does the looking. */
  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    if (text === this.#text) return;
    this.#text = text;
    this.#rebuild();
  }

  /** Where the filter is wrong; the rows are those of the last right one. */
  get wrong(): FilterProblem | undefined {
    return this.#text === '' ? undefined : this.#feed.state?.problem;
  }

  /** The parts of the filter in force. */
  get terms(): readonly FilterTerm[] {
    return this.#feed.state?.terms ?? [];
  }

  /** What came before and after an entry in the same call. */
  related(seq: number, signal: AbortSignal): Promise<Related> {
    return this.#source.related(seq, signal);
  }

  /** What could stand at a place of a filter. */
  words(text: string, at: number, signal: AbortSignal): Promise<FilterWord[]> {
    return this.#source.filterWords(this.#feed.id, text, at, signal);
  }

  /** Whether not all of the scope was looked at. */
  get searching(): boolean {
    const { state } = this.#feed;
    return state !== undefined && !state.done;
  }

  /** Entries looked at so far. */
  get looked(): number {
    return this.#feed.state?.looked ?? 0;
  }

  /** Whether the search was stopped before all of the scope was looked at. */
  get stopped(): boolean {
    return this.#feed.state?.stopped === true;
  }

  /** Ends the search or takes it up again; the filter and what was found stay. */
  stopLooking(stop: boolean): void {
    this.#stop = stop;
    this.#feed.tell(this.#wanted());
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

  /** Forgets every entry of this run, in Go too. */
  async clear(): Promise<void> {
    await this.#source.clearTraffic();
    this.#book.clear();
    this.select(undefined);
    await this.pull();
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
