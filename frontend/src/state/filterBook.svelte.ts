/** Where filters are kept: localStorage, or a map in tests. */
type Store = Pick<Storage, 'getItem' | 'setItem'>;

export interface SavedFilter {
  name: string;
  text: string;
}

const key = 'sightglass.filters';
/** Filters used last that are offered again. */
const mostRecent = 12;
const mostSaved = 200;

/** The filters of the traffic that the user saved by name, and those used last. */
export class FilterBook {
  readonly #store: Store;
  #saved = $state.raw<readonly SavedFilter[]>([]);
  #recent = $state.raw<readonly string[]>([]);

  constructor(store: Store = localStorage) {
    this.#store = store;
    const { saved, recent } = read(store);
    this.#saved = saved;
    this.#recent = recent;
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
    this.#keep();
  }

  /** The name a filter is saved under, or empty. */
  nameOf(text: string): string {
    return this.#saved.find((filter) => filter.text === text)?.name ?? '';
  }

  /** Saves a filter; one of the same name is replaced. */
  save(name: string, text: string): void {
    const rest = this.#saved.filter((filter) => filter.name !== name && filter.text !== text);
    this.#saved = [...rest, { name, text }].sort((a, b) => a.name.localeCompare(b.name)).slice(0, mostSaved);
    this.#keep();
  }

  remove(name: string): void {
    this.#saved = this.#saved.filter((filter) => filter.name !== name);
    this.#keep();
  }

  #keep(): void {
    try {
      this.#store.setItem(key, JSON.stringify({ saved: this.#saved, recent: this.#recent }));
    } catch {
      // A full or forbidden store loses a filter, nothing else.
    }
  }
}

/** A damaged store must not break the window. */
function read(store: Store): { saved: SavedFilter[]; recent: string[] } {
  try {
    const kept = JSON.parse(store.getItem(key) ?? '{}') as { saved?: unknown; recent?: unknown };
    const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
    return {
      saved: list(kept.saved).filter(isSaved),
      recent: list(kept.recent).filter((text): text is string => typeof text === 'string'),
    };
  } catch {
    return { saved: [], recent: [] };
  }
}

function isSaved(value: unknown): value is SavedFilter {
  const { name, text } = (value ?? {}) as Partial<Record<keyof SavedFilter, unknown>>;
  return typeof name === 'string' && typeof text === 'string';
}
