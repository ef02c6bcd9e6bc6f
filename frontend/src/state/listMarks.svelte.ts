import type { Backend, core, ListKind } from '../backend';
import { orEmpty } from '../lib/orEmpty';

export type ChangeSource = Pick<Backend, 'listChanges' | 'dismissChanges'>;

/** How an item differs from the list that was seen last. */
export type Mark = 'new' | 'changed';

/** How a list differs from the one that was seen last, until that is dismissed. */
export class ListMarks {
  readonly of: ListKind;
  readonly #profile: string;
  readonly #source: ChangeSource;
  #all = $state.raw<core.ListChanges | null>(null);
  #asked = 0;

  readonly #byIndex = $derived(new Map(orEmpty(this.#all?.items).map((item) => [item.index, item])));
  /** Items that are in the list no more. */
  readonly gone: readonly core.GoneItem[] = $derived(orEmpty(this.#all?.gone));
  readonly items: readonly core.ItemChange[] = $derived(orEmpty(this.#all?.items));
  /** When the list was read that is compared with, in Unix microseconds. */
  readonly since: number = $derived(this.#all?.since ?? 0);

  constructor(source: ChangeSource, profile: string, of: ListKind) {
    this.#source = source;
    this.#profile = profile;
    this.of = of;
  }

  get some(): boolean {
    return this.items.length > 0 || this.gone.length > 0;
  }

  /** The mark of an item by its place in the list. */
  get(index: number): Mark | undefined {
    const mark = this.#byIndex.get(index)?.mark;
    return mark === 'new' || mark === 'changed' ? mark : undefined;
  }

  /** What changed of an item, in words; empty for nothing. */
  about(index: number): string {
    const fields = orEmpty(this.#byIndex.get(index)?.fields);
    return fields.length > 0 ? `Changed: ${fields.map((f) => f.path || 'all of it').join(', ')}` : '';
  }

  /** Asks how the list that was just read differs. */
  async pull(): Promise<void> {
    const mine = ++this.#asked;
    try {
      const all = await this.#source.listChanges(this.#profile, this.of);
      if (mine === this.#asked) this.#all = all;
    } catch {
      // The list itself is there; the next read asks again.
      if (mine === this.#asked) this.#all = null;
    }
  }

  /** Takes the present list as the one that was seen. */
  async dismiss(): Promise<void> {
    this.#asked++;
    this.#all = null;
    await this.#source.dismissChanges(this.#profile, this.of).catch(() => this.pull());
  }
}
