import type { core, query, wire } from '../../wailsjs/go/models';

/** Whose entries a view looks at, and which of them it shows. */
export type ViewInput = core.ViewInput;
/** How a view stands. */
export type ViewState = core.ViewState;
/** Where a filter is wrong: UTF-16 units from and to, what is wrong, and what to write instead. */
export type FilterProblem = core.FilterProblem;
/** A part of a filter that can be taken out by itself: from cutFrom to cutTo, with the space or AND beside it. */
export type FilterTerm = query.Term;
/** What could stand in a filter at a place. */
export type FilterWord = query.Completion;
export type SavedFilter = core.SavedFilter;
/** Entries that belong to the same call or exchange as one. */
export type Related = core.Related;

/** What the user put on an entry. */
export type EntryMark = core.Rows['marks'][number];
/** Rows of a view, from an index on. */
export type ViewRows = core.Rows;

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
  /** What came before and after in the same call or exchange. */
  related(seq: number, signal?: AbortSignal): Promise<Related>;
  closeView(view: string): Promise<void>;
  savedFilters(): Promise<core.SavedFilters>;
  /** Saves a filter by name; one of the same name is replaced. */
  saveFilter(name: string, text: string): Promise<void>;
  renameFilter(from: string, to: string): Promise<void>;
  deleteFilter(name: string): Promise<void>;
}
