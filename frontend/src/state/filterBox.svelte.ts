import type { FilterProblem, FilterTerm, FilterWord } from '../backend';
import { withTerm } from '../lib/filterTokens';
import type { FilterBook } from './filterBook.svelte';
import type { Traffic } from './traffic.svelte';

/** A search asks Go: it starts when the typing pauses. */
const typingPause = 120;
/** Milliseconds after the last key until a mistake is shown: a term that is being written is none yet. */
const patience = 700;

/** A line of the list below the filter: what could stand there, or a filter that is taken whole. */
export type FilterChoice =
  { kind: 'word'; word: FilterWord } | { kind: 'saved'; name: string; text: string } | { kind: 'recent'; text: string };

/** The filter as it is being written: its text, what could come next, what is wrong. */
export class FilterBox {
  readonly traffic: Traffic;
  #typed = $state('');
  /** Whether what is typed is not applied yet. */
  #pending: ReturnType<typeof setTimeout> | undefined;
  #hurry: ReturnType<typeof setTimeout> | undefined;
  #asking: AbortController | undefined;
  #words = $state.raw<readonly FilterWord[]>([]);
  /** Whether the list is wanted. */
  open = $state(false);
  /** The marked line of the list, -1 for none. */
  active = $state(-1);
  /** Whether a pause was long enough to show what is wrong. */
  #paused = $state(true);

  constructor(traffic: Traffic) {
    this.traffic = traffic;
  }

  get book(): FilterBook {
    return this.traffic.filters;
  }

  get typed(): string {
    return this.#typed;
  }

  /** The lines of the list: filters to be taken whole while nothing is written, else what could come next. */
  get choices(): readonly FilterChoice[] {
    if (this.#typed.trim() !== '') return this.#words.map((word) => ({ kind: 'word', word }));
    return [
      ...this.book.saved.map(({ name, text }) => ({ kind: 'saved', name, text }) as const),
      ...this.book.recent.map((text) => ({ kind: 'recent', text }) as const),
      ...this.#words.map((word) => ({ kind: 'word', word }) as const),
    ];
  }

  /** What is wrong with what is written, once it is more than half a term. */
  get wrong(): FilterProblem | undefined {
    return this.#paused && this.traffic.text === this.#typed.trim() ? this.traffic.wrong : undefined;
  }

  /** The parts of the filter that can be taken out, where the text in the box is the filter in force. */
  get terms(): readonly FilterTerm[] {
    const { terms, wrong, text } = this.traffic;
    return text !== '' && text === this.#typed.trimEnd() && !wrong ? terms : [];
  }

  /** The filter was changed elsewhere; what is typed meanwhile stays. */
  follow(text: string): void {
    if (this.#pending === undefined && text !== this.#typed.trim()) this.#typed = text;
  }

  /** Takes what is typed; `at` is where the cursor stands. */
  type(text: string, at: number): void {
    this.#typed = text;
    this.#paused = false;
    this.open = true;
    this.active = -1;
    clearTimeout(this.#pending);
    this.#pending = setTimeout(() => this.apply(), typingPause);
    clearTimeout(this.#hurry);
    this.#hurry = setTimeout(() => (this.#paused = true), patience);
    void this.ask(at);
  }

  /** Asks what could stand where the cursor is. */
  async ask(at: number): Promise<void> {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    try {
      const words = await this.traffic.words(this.#typed, at, asking.signal);
      if (asking.signal.aborted) return;
      // A word that is written already is no proposal.
      this.#words = words.filter(({ from, to, insert }) => this.#typed.slice(from, to) !== insert);
    } catch {
      if (!asking.signal.aborted) this.#words = [];
    }
  }

  /** Puts the filter into force. */
  apply(): void {
    clearTimeout(this.#pending);
    this.#pending = undefined;
    this.traffic.text = this.#typed.trim();
  }

  /** The filter is finished: it is in force, remembered, and wrong where it is wrong. */
  finish(): void {
    this.apply();
    this.#paused = true;
    this.book.used(this.traffic.text);
    this.close();
  }

  close(): void {
    this.open = false;
    this.active = -1;
  }

  walk(by: number): void {
    const { length } = this.choices;
    if (length === 0) return;
    this.active = this.active < 0 && by < 0 ? length - 1 : (this.active + by + length) % length;
  }

  /** Takes a line of the list; answers with where the cursor goes. */
  take(choice: FilterChoice): number {
    if (choice.kind !== 'word') {
      this.set(choice.text);
      return choice.text.length;
    }
    const { insert, from, to, field } = choice.word;
    const rest = this.#typed.slice(to);
    // Behind a value a new term begins.
    const text = field ? insert : `${insert}${rest.startsWith(' ') ? '' : ' '}`;
    const at = from + text.length + (!field && rest.startsWith(' ') ? 1 : 0);
    this.type(this.#typed.slice(0, from) + text + rest, at);
    return at;
  }

  /** Makes it another filter, at once. */
  set(text: string): void {
    this.#typed = text;
    this.finish();
  }

  add(term: string): void {
    this.set(withTerm(this.traffic.text, term));
  }

  remove(term: FilterTerm): void {
    this.set((this.#typed.slice(0, term.cutFrom) + this.#typed.slice(term.cutTo)).trim());
  }

  clear(): void {
    this.#words = [];
    this.close();
    this.#typed = '';
    this.#paused = true;
    this.apply();
  }

  stop(): void {
    clearTimeout(this.#pending);
    clearTimeout(this.#hurry);
    this.#pending = undefined;
    this.#asking?.abort();
  }
}
