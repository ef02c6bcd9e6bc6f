import type { wire } from '../backend';
import type { EntryBook } from './entryBook.svelte';
import type { ViewFeed } from './viewFeed.svelte';

/** The selected entry, wherever it stands, and those that were asked for together with it. */
export class Selection {
  readonly #feed: ViewFeed;
  readonly #book: EntryBook;
  #seq = $state<number>();
  /** Its row, where that is not among those that are here. */
  #place = $state.raw<{ seq: number; index: number }>();
  #placing = false;
  #placeAgain = false;
  /** A row to be selected when it comes. */
  #awaited = -1;
  #marked = $state.raw<ReadonlySet<number>>(new Set());

  constructor(feed: ViewFeed, book: EntryBook) {
    this.#feed = feed;
    this.#book = book;
  }

  get seq(): number | undefined {
    return this.#seq;
  }

  get entry(): wire.Entry | undefined {
    const seq = this.#seq;
    return seq === undefined ? undefined : (this.#feed.entry(seq) ?? this.#book.get(seq));
  }

  select(seq: number | undefined): void {
    this.#awaited = -1;
    this.#seq = seq;
    if (this.#marked.size > 0) this.#marked = new Set();
    this.watchKin();
    void this.#find();
  }

  /** Selects the entry of a row, as soon as it is here. */
  selectRow(index: number): void {
    const seq = this.#feed.row(index)?.seq;
    if (seq !== undefined) {
      this.select(seq);
      return;
    }
    this.#awaited = index;
    this.#feed.fetch(index);
  }

  /** Marks entries until another is selected. */
  mark(seqs: readonly number[]): void {
    this.#marked = new Set(seqs);
  }

  isMarked(seq: number): boolean {
    return this.#marked.has(seq);
  }

  /** The row an entry stands in, -1 for none or while that is not known. */
  indexOf(seq: number | undefined): number {
    if (seq === undefined) return -1;
    const here = this.#feed.indexOf(seq);
    if (here >= 0) return here;
    return this.#place?.seq === seq ? this.#place.index : -1;
  }

  /** The selected entry, its other half and its exchange are kept up to date wherever they stand. */
  watchKin(): void {
    const { entry } = this;
    const kin = [this.#seq, entry?.pair, entry?.exchange];
    this.#book.watch(kin.filter((seq): seq is number => seq !== undefined && seq > 0));
  }

  /** The rows became those of another filter or scope. */
  forgetPlace(): void {
    this.#place = undefined;
    this.#awaited = -1;
  }

  /** Rows changed. */
  review(): void {
    const awaited = this.#awaited < 0 ? undefined : this.#feed.row(this.#awaited);
    if (awaited) this.select(awaited.seq);
    else void this.#find();
  }

  /** Finds out where the selected entry stands, when no row that is here tells it. */
  async #find(): Promise<void> {
    const seq = this.#seq;
    if (seq === undefined || this.#feed.indexOf(seq) >= 0) return;
    if (this.#placing) {
      this.#placeAgain = true;
      return;
    }
    this.#placing = true;
    this.#placeAgain = false;
    try {
      const index = await this.#feed.find(seq);
      if (seq === this.#seq && (this.#place?.seq !== seq || this.#place.index !== index)) this.#place = { seq, index };
    } catch {
      // Asked again with the next change.
    } finally {
      this.#placing = false;
    }
    if (this.#another(seq)) void this.#find();
  }

  /** Whether another look is wanted by now. */
  #another(seq: number): boolean {
    return this.#placeAgain || seq !== this.#seq;
  }
}
