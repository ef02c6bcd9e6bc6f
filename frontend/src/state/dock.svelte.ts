/** Where a store of preferences keeps them: localStorage, or a map in tests. */
export type DockStore = Pick<Storage, 'getItem' | 'setItem'>;

interface Kept {
  side: 'bottom' | 'right';
  open: boolean;
  height: number;
  width: number;
  detailWidth: number;
  detailHeight: number;
  detail: boolean;
  relative: boolean;
  timeline: boolean;
  stats: boolean;
}

const key = 'sightglass.dock';
const initial: Kept = {
  side: 'bottom',
  open: true,
  height: 280,
  width: 460,
  detailWidth: 420,
  detailHeight: 300,
  detail: false,
  relative: false,
  timeline: false,
  stats: false,
};

/** How the traffic dock stands: where, how large, what of it is open. Remembered across runs, except maximised. */
export class Dock {
  readonly #store: DockStore;
  #kept = $state.raw<Kept>(initial);
  /** The dock takes the whole main area. */
  maximised = $state(false);

  constructor(store: DockStore = localStorage) {
    this.#store = store;
    this.#kept = read(store);
  }

  get side(): 'bottom' | 'right' {
    return this.#kept.side;
  }

  get open(): boolean {
    return this.#kept.open;
  }

  /** Size of the dock in CSS pixels: its height at the bottom, its width at the right. */
  get size(): number {
    return this.side === 'bottom' ? this.#kept.height : this.#kept.width;
  }

  /** Size of the detail pane: its width beside the table, its height below it. */
  detailSize(below: boolean): number {
    return below ? this.#kept.detailHeight : this.#kept.detailWidth;
  }

  /** Whether the detail of the selected entry is shown. */
  get detail(): boolean {
    return this.#kept.detail;
  }

  /** Whether times count from the first entry. */
  get relative(): boolean {
    return this.#kept.relative;
  }

  /** Whether the timeline stands above the table. */
  get timeline(): boolean {
    return this.#kept.timeline;
  }

  toggleTimeline(): void {
    this.#set({ timeline: !this.timeline });
  }

  /** Whether figures stand in place of the table. */
  get stats(): boolean {
    return this.#kept.stats;
  }

  toggleStats(): void {
    this.#set({ stats: !this.stats });
  }

  /** Shows or hides the dock. */
  toggle(): void {
    this.#set({ open: !this.open });
    this.maximised = false;
  }

  /** Shows the dock, if it is hidden. */
  show(): void {
    if (!this.open) this.#set({ open: true });
  }

  hide(): void {
    if (this.open) this.toggle();
  }

  toggleMaximised(): void {
    this.maximised = !this.maximised;
    this.show();
  }

  toggleSide(): void {
    this.#set({ side: this.side === 'bottom' ? 'right' : 'bottom' });
  }

  resize(size: number): void {
    this.#set(this.side === 'bottom' ? { height: size } : { width: size });
  }

  resizeDetail(below: boolean, size: number): void {
    this.#set(below ? { detailHeight: size } : { detailWidth: size });
  }

  showDetail(detail: boolean): void {
    if (detail !== this.detail) this.#set({ detail });
  }

  toggleRelative(): void {
    this.#set({ relative: !this.relative });
  }

  #set(change: Partial<Kept>): void {
    this.#kept = { ...this.#kept, ...change };
    try {
      this.#store.setItem(key, JSON.stringify(this.#kept));
    } catch {
      // A full or forbidden store loses a preference, nothing else.
    }
  }
}

function read(store: DockStore): Kept {
  try {
    const text = store.getItem(key);
    const value: unknown = text ? JSON.parse(text) : {};
    return typeof value === 'object' && value !== null ? sound(value as Record<string, unknown>) : initial;
  } catch {
    return initial;
  }
}

/** What is not of the right type comes from the defaults: an older or damaged store must not break the window. */
function sound(value: Record<string, unknown>): Kept {
  const fits = Object.entries(initial).filter(([name, is]) => {
    const held = value[name];
    return typeof held === typeof is && (typeof held !== 'number' || (Number.isFinite(held) && held >= 0));
  });
  const kept: Kept = { ...initial, ...Object.fromEntries(fits.map(([name]) => [name, value[name]])) };
  return { ...kept, side: kept.side === 'right' ? 'right' : 'bottom' };
}
