import type { Backend, wire } from '../backend';

/** What the book needs of the backend. */
export type EntrySource = Pick<Backend, 'entry'>;

/** Milliseconds between two looks at an entry that may still change. */
const patience = 250;
/** Entries kept. */
const most = 64;

/** Entries by their number, whether they stand in a row or not: the selected one, its other half, its exchange. */
export class EntryBook {
  readonly #source: EntrySource;
  readonly #told: () => void;
  readonly #entries = new Map<number, { entry: wire.Entry; at: number }>();
  readonly #asking = new Map<number, Promise<wire.Entry | undefined>>();
  #version = $state(0);
  #watched: readonly number[] = [];
  /** When an entry was last not found. */
  readonly #absent = new Map<number, number>();
  #later: ReturnType<typeof setTimeout> | undefined;

  /** `told` is called when an entry came or changed. */
  constructor(source: EntrySource, told: () => void = () => undefined) {
    this.#source = source;
    this.#told = told;
  }

  get(seq: number): wire.Entry | undefined {
    void this.#version;
    return this.#entries.get(seq)?.entry;
  }

  /** Reads an entry anew; undefined when it is not there any more. */
  read(seq: number): Promise<wire.Entry | undefined> {
    const asked = this.#asking.get(seq);
    if (asked) return asked;
    const answer = this.#source
      .entry(seq)
      .then((entry) => this.#keep(entry))
      .catch(() => {
        this.#absent.set(seq, Date.now());
        return undefined;
      })
      .finally(() => this.#asking.delete(seq));
    this.#asking.set(seq, answer);
    return answer;
  }

  #keep(entry: wire.Entry): wire.Entry {
    const held = this.#entries.get(entry.seq);
    this.#entries.delete(entry.seq);
    this.#entries.set(entry.seq, { entry, at: Date.now() });
    for (const seq of this.#entries.keys()) {
      if (this.#entries.size <= most) break;
      this.#entries.delete(seq);
    }
    if (!held || held.entry.rev !== entry.rev) {
      this.#version++;
      this.#told();
    }
    return entry;
  }

  /** Names the entries that are looked at: they are read, and read again while they may change. */
  watch(seqs: readonly number[]): void {
    this.#watched = seqs;
    this.#absent.clear();
    for (const seq of seqs) if (!this.#entries.has(seq)) void this.read(seq);
  }

  /** The log changed: what waits for an answer may have one. */
  review(): void {
    const due = Date.now() - patience;
    let later = false;
    for (const seq of this.#watched) {
      const held = this.#entries.get(seq);
      if (held && !mayChange(held.entry)) continue;
      if ((held?.at ?? this.#absent.get(seq) ?? 0) <= due) void this.read(seq);
      else later = true;
    }
    // The last change may come at once behind a look, and no other after it.
    if (later) this.#later ??= setTimeout(() => this.#reviewLate(), patience);
  }

  #reviewLate(): void {
    this.#later = undefined;
    this.review();
  }

  clear(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.#entries.clear();
    this.#watched = [];
    this.#version++;
  }
}

/** Whether more may become known of an entry: it waits for an answer. */
function mayChange(entry: wire.Entry): boolean {
  return entry.open === true || (entry.message === 'request' && !entry.pair);
}
