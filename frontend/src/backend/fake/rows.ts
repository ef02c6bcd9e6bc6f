import type { wire } from '../../../wailsjs/go/models';
import { groupOf, perGroup, type Group } from '../../lib/trafficRows';
import type { EntryMark, FilterWord, ViewInput, ViewRows, ViewState } from '../traffic';
import { filterFields, filterTerms, readFilter, type Looked } from './filter';

/** What the views need of the log. */
export interface ViewedLog {
  /** Entries changed after a revision, by rising revision; each once. */
  changed(after: number, limit: number): { entries: wire.Entry[]; next: number };
  looked(entry: wire.Entry): Looked;
  readonly floor: number;
  readonly last: number;
}

/** Entries looked at in one go. */
const step = 20_000;

interface View {
  input: ViewInput;
  test: (of: Looked) => boolean;
  /** Revision of the log up to which was looked. */
  next: number;
  rows: number[];
  byNumber: Map<number, wire.Entry>;
  inScope: Map<number, Group | undefined>;
  rev: number;
  problem?: NonNullable<ViewState['problem']>;
}

/** The views of the twin, by the rules of the program's: rows in order, followed by what changed, never looked at anew. */
export class FakeViews {
  readonly #log: ViewedLog;
  readonly #views = new Map<string, View>();
  readonly #told: () => void;
  /** What the user put on entries. */
  readonly marks = new Map<number, EntryMark>();

  /** `told` is called when a search moved on. */
  constructor(log: ViewedLog, told: () => void = () => undefined) {
    this.#log = log;
    this.#told = told;
  }

  view(input: ViewInput): ViewState {
    const before = this.#views.get(input.view);
    const read = readFilter(input.filter);
    if (before && input.stop !== before.input.stop && sameSearch(before.input, input)) before.input = input;
    else if ('problem' in read) {
      // The rows stay those of the last right filter.
      const kept = before ?? fresh({ ...input, filter: '' }, () => true);
      this.#views.set(input.view, { ...kept, problem: read.problem, rev: kept.rev + 1 });
    } else {
      this.#views.set(input.view, { ...fresh(input, read.test), rev: (before?.rev ?? 0) + 1 });
    }
    return this.#state(input.view);
  }

  rows(view: string, index: number, limit: number): ViewRows {
    const state = this.#state(view);
    const { rows, byNumber } = this.#get(view);
    const from = index < 0 ? Math.max(0, rows.length - limit) : index;
    const entries = rows.slice(from, from + limit).flatMap((seq) => byNumber.get(seq) ?? []);
    const marks = entries.flatMap(({ seq }) => this.marks.get(seq) ?? []);
    return { index: from, entries: entries.map((e) => ({ ...e })), marks, state };
  }

  rowOf(view: string, seq: number): number {
    this.#state(view);
    return this.#get(view).rows.indexOf(seq);
  }

  words(text: string, at: number): FilterWord[] {
    const from = text.slice(0, at).search(/[^\s(-]*$/);
    const begun = text.slice(from, at).toLowerCase();
    return filterFields
      .filter((field) => field.startsWith(begun))
      .map((field) => ({ insert: `${field}:`, label: `${field}:`, note: '', from, to: at, count: 0, field: true }));
  }

  /** Puts a comment and a pin on an entry. */
  mark(mark: EntryMark): void {
    if (mark.comment === '' && !mark.pinned) this.marks.delete(mark.seq);
    else this.marks.set(mark.seq, mark);
    for (const view of this.#views.values()) view.rev++;
    this.#told();
  }

  close(view: string): void {
    this.#views.delete(view);
  }

  #get(view: string): View {
    const found = this.#views.get(view);
    if (!found) throw new Error(`there is no view ${view}`);
    return found;
  }

  #state(name: string): ViewState {
    const view = this.#get(name);
    const stopped = view.input.stop && this.#log.changed(view.next, 1).entries.length > 0;
    const page = stopped ? { entries: [], next: view.next } : this.#log.changed(view.next, step);
    let changed = this.#drop(view);
    for (const entry of page.entries) if (this.#take(view, entry)) changed = true;
    view.next = page.next;
    if (changed) view.rev++;
    const done = stopped || this.#log.changed(view.next, 1).entries.length === 0;
    if (!done) setTimeout(() => this.#told());
    const counts = perGroup(0);
    for (const group of view.inScope.values()) if (group) counts[group]++;
    return {
      view: name,
      rows: view.rows.length,
      total: view.inScope.size + (stopped ? this.#log.changed(view.next, Infinity).entries.length : 0),
      counts,
      done,
      looked: view.inScope.size,
      stopped,
      rev: view.rev,
      last: this.#log.last,
      listedFrom: 0,
      terms: filterTerms(view.input.filter),
      ...(view.problem ? { problem: view.problem } : {}),
    };
  }

  /** Lets go of what left the log. */
  #drop(view: View): boolean {
    const { floor } = this.#log;
    const gone = [...view.inScope.keys()].filter((seq) => seq < floor);
    for (const seq of gone) view.inScope.delete(seq);
    view.rows = view.rows.filter((seq) => seq >= floor);
    return gone.length > 0;
  }

  #take(view: View, entry: wire.Entry): boolean {
    const { scope, off } = view.input;
    if (!scope.all && entry.conn !== '' && !scope.conns.includes(entry.conn)) return false;
    const group = groupOf(entry);
    view.inScope.set(entry.seq, group);
    const shown = !(group && off.includes(group)) && view.test(this.#log.looked(entry));
    const at = lowerBound(view.rows, entry.seq);
    const listed = view.rows[at] === entry.seq;
    if (shown) view.byNumber.set(entry.seq, entry);
    if (shown !== listed) view.rows.splice(at, shown ? 0 : 1, ...(shown ? [entry.seq] : []));
    return true;
  }
}

/** Whether two inputs look for the same in the same: one may stop and go on. */
function sameSearch(a: ViewInput, b: ViewInput): boolean {
  return JSON.stringify([a.filter, a.scope, a.off]) === JSON.stringify([b.filter, b.scope, b.off]);
}

function fresh(input: ViewInput, test: View['test']): View {
  return { input, test, next: 0, rows: [], byNumber: new Map(), inScope: new Map(), rev: 1 };
}

/** Index of the first number that is not below n. */
function lowerBound(sorted: readonly number[], n: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const mid = (low + high) >>> 1;
    if ((sorted[mid] ?? 0) < n) low = mid + 1;
    else high = mid;
  }
  return low;
}
