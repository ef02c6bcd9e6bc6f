import type { wire } from '../../wailsjs/go/models';

/** Whose entries a view looks at: all of this run, some connections of it, or captures kept from before. */
export interface ViewScope {
  all: boolean;
  /** Ids of connections of this run of the program. */
  conns: string[];
  /** Ids of captures. */
  captures: string[];
}

/** What a view shows. */
export interface ViewInput {
  /** Name of the view, made by the page. */
  view: string;
  scope: ViewScope;
  /** In the filter language; empty: everything. */
  filter: string;
  /** Groups of kinds that are hidden. */
  off: string[];
}

/** Where a filter is wrong: UTF-16 units from and to, what is wrong, and what to write instead. */
export interface FilterProblem {
  from: number;
  to: number;
  message: string;
  hint: string;
}

/** A part of a filter that can be taken out by itself; places in UTF-16 units. */
export interface FilterTerm {
  from: number;
  to: number;
  /** What to take out to remove it, with the space or AND beside it. */
  cutFrom: number;
  cutTo: number;
  text: string;
  /** Of a single term; empty: free text, or a group. */
  field: string;
  value: string;
  not: boolean;
}

/** How a view stands. */
export interface ViewState {
  view: string;
  /** Rows found so far. */
  rows: number;
  /** Entries in scope, whatever the filter. */
  total: number;
  /** Entries in scope by group. */
  counts: Record<string, number>;
  /** Whether all of the scope was looked at. */
  done: boolean;
  /** Entries looked at so far. */
  looked: number;
  /** Grows with every change of rows or of an entry in them. */
  rev: number;
  /** Number of the last entry of the log. */
  last: number;
  /** Lowest number still there when older entries are not, or 0. */
  listedFrom: number;
  /** The parts of the filter, when it is right. */
  terms?: FilterTerm[];
  problem?: FilterProblem;
}

/** What the user said of an entry. */
export interface EntryMark {
  seq: number;
  comment: string;
  pinned: boolean;
}

/** Rows of a view, from an index on. */
export interface ViewRows {
  index: number;
  entries: wire.Entry[];
  marks?: EntryMark[];
  state: ViewState;
}

/** What could stand in a filter at a place. */
export interface FilterWord {
  /** What takes the place of the text between from and to. */
  insert: string;
  label: string;
  note: string;
  from: number;
  to: number;
  /** Entries that have it, where that is known. */
  count?: number;
  /** It is a field's name: its value comes next. */
  field?: boolean;
}

/** The traffic as rows: the program finds, counts and filters, the page looks at a part of it. */
export interface ViewsBackend {
  /** Makes or changes a view. A search for the one before ends. */
  view(input: ViewInput, signal?: AbortSignal): Promise<ViewState>;
  /** Rows from an index on, at most 1,000; the last ones with an index below 0. */
  rows(view: string, index: number, limit: number, signal?: AbortSignal): Promise<ViewRows>;
  /** The row an entry stands in, -1 for none. */
  rowOf(view: string, seq: number, signal?: AbortSignal): Promise<number>;
  entry(seq: number, signal?: AbortSignal): Promise<wire.Entry>;
  /** What could stand at a place of a filter; the place in UTF-16 units. */
  filterWords(view: string, text: string, at: number, signal?: AbortSignal): Promise<FilterWord[]>;
  closeView(view: string): Promise<void>;
}
