/** Where preferences are kept: localStorage, or a map in tests. */
export type PreferenceStore = Pick<Storage, 'getItem' | 'setItem'>;

interface Kept {
  railWidth: number;
  /** Names of the groups that are closed. */
  closed: string[];
  /** The server shown last. */
  selected: string;
  /** The tab shown last, by server. */
  tabs: Record<string, string>;
}

const key = 'sightglass.window';
const initial: Kept = { railWidth: 240, closed: [], selected: '', tabs: {} };

/** What the window remembers across runs, and nothing that matters if it is lost. */
export class Preferences {
  readonly #store: PreferenceStore | null;
  #kept = $state.raw<Kept>(initial);

  constructor(store: PreferenceStore | null = storage()) {
    this.#store = store;
    this.#kept = read(store);
  }

  get railWidth(): number {
    return this.#kept.railWidth;
  }

  get selected(): string {
    return this.#kept.selected;
  }

  tab(server: string): string {
    return this.#kept.tabs[server] ?? '';
  }

  isClosed(group: string): boolean {
    return this.#kept.closed.includes(group);
  }

  setRailWidth(railWidth: number): void {
    this.#set({ railWidth });
  }

  select(selected: string): void {
    if (selected !== this.selected) this.#set({ selected });
  }

  setTab(server: string, tab: string): void {
    this.#set({ tabs: { ...this.#kept.tabs, [server]: tab } });
  }

  toggleGroup(group: string): void {
    const { closed } = this.#kept;
    this.#set({ closed: closed.includes(group) ? closed.filter((g) => g !== group) : [...closed, group] });
  }

  #set(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      this.#store?.setItem(key, JSON.stringify(this.#kept));
    } catch {
      // A full or forbidden store loses a preference, nothing else.
    }
  }
}

/** localStorage throws where it is switched off. */
function storage(): PreferenceStore | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}

/** What is not of the right type comes from the defaults: a damaged store must not break the window. */
function read(store: PreferenceStore | null): Kept {
  try {
    const value: unknown = JSON.parse(store?.getItem(key) ?? '{}');
    if (typeof value !== 'object' || value === null) return initial;
    const held = value as Partial<Record<keyof Kept, unknown>>;
    const strings = (list: unknown): string[] =>
      Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : [];
    const tabs = Object.entries(held.tabs ?? {}).filter(
      (pair): pair is [string, string] => typeof pair[1] === 'string',
    );
    return {
      railWidth: typeof held.railWidth === 'number' && held.railWidth > 0 ? held.railWidth : initial.railWidth,
      closed: strings(held.closed),
      selected: typeof held.selected === 'string' ? held.selected : '',
      tabs: Object.fromEntries(tabs),
    };
  } catch {
    return initial;
  }
}
