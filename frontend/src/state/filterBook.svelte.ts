import type { Backend, SavedFilter } from '../backend';

/** Where the filters used last are kept: localStorage, or a map in tests. */
type Store = Pick<Storage, 'getItem' | 'setItem'>;

/** What the book needs of the backend. */
export type FilterSource = Pick<Backend, 'savedFilters' | 'saveFilter' | 'renameFilter' | 'deleteFilter' | 'on'>;

const key = 'sightglass.filters';
/** Filters used last that are offered again. */
const mostRecent = 12;

/** The filters of the traffic that the user saved by name, and those used last. */
export class FilterBook {
  readonly #source: FilterSource;
  readonly #store: Store;
  #saved = $state.raw<readonly SavedFilter[]>([]);
  #recent = $state.raw<readonly string[]>([]);
  /** Why the saved ones could not be read or changed. */
  problem = $state('');

  constructor(source: FilterSource, store: Store = localStorage) {
    this.#source = source;
    this.#store = store;
    this.#recent = read(store);
  }

  /** Reads the saved filters and follows their changes; the returned function ends it. */
  start(): () => void {
    const end = this.#source.on('filters', () => void this.pull());
    void this.pull();
    return end;
  }

  async pull(): Promise<void> {
    try {
      const { filters, fileError } = await this.#source.savedFilters();
      this.#saved = filters;
      this.problem = fileError;
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  get saved(): readonly SavedFilter[] {
    return this.#saved;
  }

  /** The last first; those that are saved are among the saved ones. */
  get recent(): readonly string[] {
    return this.#recent.filter((text) => !this.#saved.some((filter) => filter.text === text));
  }

  /** Notes that a filter was used. */
  used(text: string): void {
    if (text.trim() === '') return;
    this.#recent = [text, ...this.#recent.filter((other) => other !== text)].slice(0, mostRecent);
    try {
      this.#store.setItem(key, JSON.stringify(this.#recent));
    } catch {
      // A full or forbidden store loses a filter, nothing else.
    }
  }

  /** The name a filter is saved under, or empty. */
  nameOf(text: string): string {
    return this.#saved.find((filter) => filter.text === text)?.name ?? '';
  }

  /** Saves a filter; one of the same name is replaced. */
  save(name: string, text: string): Promise<void> {
    return this.#change(this.#source.saveFilter(name, text));
  }

  rename(from: string, to: string): Promise<void> {
    return this.#change(this.#source.renameFilter(from, to));
  }

  remove(name: string): Promise<void> {
    return this.#change(this.#source.deleteFilter(name));
  }

  async #change(change: Promise<void>): Promise<void> {
    try {
      await change;
      await this.pull();
    } catch (error) {
      this.problem = messageOf(error);
    }
  }
}

/** A damaged store must not break the window. */
function read(store: Store): string[] {
  try {
    const kept: unknown = JSON.parse(store.getItem(key) ?? '[]');
    return Array.isArray(kept) ? kept.filter((text): text is string => typeof text === 'string') : [];
  } catch {
    return [];
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
