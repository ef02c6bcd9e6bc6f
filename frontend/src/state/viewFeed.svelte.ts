import type { Backend, EntryMark, ViewInput, ViewState, wire } from '../backend';
import { painted, type Hold } from './hold';
import { RowCache } from './rowCache';

/** What a view needs of the backend. */
export type ViewSource = Pick<Backend, 'view' | 'rows' | 'rowOf' | 'closeView' | 'on'>;

/** What a view shows, without its name. */
export type ViewWanted = Omit<ViewInput, 'view'>;

/** Rows read beyond those in view on either side. */
const margin = 40;
/** Rows asked for at once, at most. */
const rowLimit = 500;
/** Milliseconds the rows of before stay while a new search has found none. */
const stay = 300;
/** Milliseconds until what failed is tried again: a nudge may never come on a quiet connection. */
const retryAfter = 2000;

/** What a feed tells of itself. */
export interface FeedHooks {
  /** Rows or counts changed; `fresh`: they are of another filter or scope than before. */
  changed?(fresh: boolean): void;
  failed?(error: unknown): void;
  /** A pull went well. */
  well?(): void;
}

/**
 * The rows of one view as the page looks at them: those in view and some around, read again when the program says that
 * something changed. When the view becomes another one, its rows stay until the first new ones are there.
 */
export class ViewFeed {
  readonly id: string;
  readonly #source: ViewSource;
  readonly #hooks: FeedHooks;
  readonly #hold: Hold | undefined;
  readonly #cache = new RowCache();
  /** Grows with every change of rows. */
  #version = $state(0);
  #state = $state.raw<ViewState>();
  #rowCount = 0;
  /** What the user said of entries that were read. */
  readonly #marks = new Map<number, EntryMark>();

  #wanted: ViewWanted;
  /** Grows with every other view wanted. */
  #generation = 1;
  /** The one the program has, and the one whose rows are shown. */
  #asked = 0;
  #shown = 0;
  /** The program is to be told what is wanted although it is the same view. */
  #retell = false;
  #since = 0;
  #range = { first: 0, end: 0 };
  /** A row wanted although it is not in view. */
  #extra = -1;
  /** Whether the last rows are looked at, wherever they are. */
  tail = false;

  #pulling: Promise<void> | undefined;
  #again = false;
  #abort: AbortController | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ends: (() => void)[] | undefined;

  constructor(source: ViewSource, id: string, wanted: ViewWanted, hooks: FeedHooks = {}, hold?: Hold) {
    this.#source = source;
    this.id = id;
    this.#wanted = wanted;
    this.#hooks = hooks;
    this.#hold = hold;
  }

  /** Starts following; the returned function ends it. */
  start(): () => void {
    const pull = (): void => void this.pull();
    this.#ends = [this.#source.on('traffic', pull), this.#source.on('views', pull)];
    pull();
    return () => {
      this.#ends?.forEach((end) => end());
      this.#ends = undefined;
      clearTimeout(this.#retry);
      this.#abort?.abort();
      void this.#source.closeView(this.id).catch(() => undefined);
    };
  }

  /** How the view stands; undefined until the first answer. */
  get state(): ViewState | undefined {
    return this.#state;
  }

  /** Rows to be shown. */
  get rowCount(): number {
    void this.#version;
    return this.#rowCount;
  }

  /** The entry of a row; undefined while it is not here. */
  row(index: number): wire.Entry | undefined {
    void this.#version;
    return this.#cache.get(index);
  }

  /** An entry whose row is here. */
  entry(seq: number): wire.Entry | undefined {
    void this.#version;
    return this.#cache.bySeq(seq);
  }

  /** The row of an entry, -1 when it is not here: see `find`. */
  indexOf(seq: number): number {
    void this.#version;
    return this.#cache.indexOf(seq);
  }

  mark(seq: number): EntryMark | undefined {
    void this.#version;
    return this.#marks.get(seq);
  }

  /** A mark that was just put on an entry, before rows tell of it. */
  setMark(mark: EntryMark): void {
    this.#marks.set(mark.seq, mark);
    this.#version++;
  }

  /** The row of an entry, wherever it is, or -1. */
  find(seq: number): Promise<number> {
    return this.#source.rowOf(this.id, seq);
  }

  /** Whether what is wanted is asked for and shown. */
  get settled(): boolean {
    void this.#version;
    return this.#shown === this.#generation && this.#state?.done === true;
  }

  /** Makes it another view. */
  want(wanted: ViewWanted): void {
    this.#wanted = wanted;
    this.#generation++;
    this.#since = Date.now();
    this.#abort?.abort();
    void this.pull();
  }

  /** Changes how far the view looks: its rows stay. */
  tell(wanted: ViewWanted): void {
    this.#wanted = wanted;
    this.#retell = true;
    void this.pull();
  }

  /** Tells which rows are in view. */
  show(first: number, end: number): void {
    this.#range = { first, end };
    if (this.#missing()) void this.pull();
  }

  /** Reads a row that is not in view. */
  fetch(index: number): void {
    this.#extra = index;
    void this.pull();
  }

  #missing(): { first: number; end: number } | undefined {
    const { first, end } = this.#range;
    return this.#cache.missing(Math.max(0, first), Math.min(end, this.#rowCount), this.#state?.rev ?? 0);
  }

  /** Reads until nothing is left to read. Asked while it reads, it reads once more. */
  pull(): Promise<void> {
    this.#again = true;
    return (this.#pulling ??= this.#run());
  }

  async #run(): Promise<void> {
    try {
      while (this.#again) {
        this.#again = false;
        if (this.#hold?.held) await this.#hold.free();
        await this.#step();
        // A flood leaves every other frame to the user.
        if (this.#wantsMore() && !this.#past(this.#shown)) await painted();
      }
      this.#hooks.well?.();
    } catch (error) {
      this.#hooks.failed?.(error);
      clearTimeout(this.#retry);
      if (this.#ends) this.#retry = setTimeout(() => void this.pull(), retryAfter);
    } finally {
      // At once behind the last look at what is wanted: what is asked for now begins anew.
      this.#pulling = undefined;
    }
  }

  async #step(): Promise<void> {
    const generation = this.#generation;
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    const retell = this.#retell;
    try {
      if (this.#asked !== generation || retell) {
        this.#retell = false;
        this.#state = await this.#source.view({ view: this.id, ...this.#wanted }, signal);
        if (this.#past(generation)) return;
        this.#asked = generation;
      }
      const { index, limit } = this.#next();
      const answer = await this.#source.rows(this.id, index, limit, signal);
      if (!this.#past(generation)) this.#take(answer.index, answer.entries, answer.marks, answer.state);
    } catch (error) {
      this.#retell ||= retell;
      // Given up for another view: that one is read next.
      if (!this.#past(generation)) throw error;
    }
  }

  #wantsMore(): boolean {
    return this.#again;
  }

  /** Whether another view is wanted by now. */
  #past(generation: number): boolean {
    return generation !== this.#generation;
  }

  /** What to read next: what is in view and what surrounds it, or the end. */
  #next(): { index: number; limit: number } {
    const { first, end } = this.#range;
    const size = Math.min(rowLimit, Math.max(1, end - first) + 2 * margin);
    if (this.#extra >= 0) return { index: Math.max(0, this.#extra - margin), limit: 2 * margin };
    if (this.tail) return { index: -1, limit: size };
    // Another view may have fewer rows than the one that is looked at.
    const last = Math.max(0, (this.#state?.rows ?? 0) - size);
    return { index: Math.max(0, Math.min(first - margin, last)), limit: size };
  }

  #take(index: number, entries: readonly wire.Entry[], marks: readonly EntryMark[], state: ViewState): void {
    const fresh = this.#shown !== this.#asked;
    // What was there before stays for a moment: most searches find something at once.
    if (fresh && state.rows === 0 && !state.done && Date.now() - this.#since < stay) {
      this.#state = state;
      setTimeout(() => void this.pull(), stay / 3);
      return;
    }
    if (fresh) this.#cache.clear();
    this.#shown = this.#asked;
    this.#state = state;
    if (state.rows < this.#rowCount) this.#cache.cut(state.rows);
    this.#rowCount = state.rows;
    this.#cache.put(index, entries, state.rev);
    for (const { seq } of entries) this.#marks.delete(seq);
    for (const mark of marks) this.#marks.set(mark.seq, mark);
    if (this.#extra >= index && this.#extra < index + entries.length) this.#extra = -1;
    // Rows that are gone are not asked for for ever.
    if (this.#extra >= state.rows) this.#extra = -1;
    this.#version++;
    this.#hooks.changed?.(fresh);
    // Following the end, the table tells what it looks at once it is there.
    if (this.#extra >= 0 || (!this.tail && entries.length > 0 && this.#missing())) this.#again = true;
  }
}
