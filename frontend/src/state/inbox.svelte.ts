import type { Backend, core } from '../backend';
import { orEmpty } from '../lib/orEmpty';
import { findQuestions } from '../lib/inboxWords';
import { AskedQuestion, type AskedSource } from './askedQuestion.svelte';
import { lasting } from './lasting.svelte';
import { puller } from './puller';

export type InboxSource = AskedSource & Pick<Backend, 'inbox' | 'holdRule' | 'on'>;

/** A flood of questions must not be read as fast as it comes: the pause after a pull, in parts of its own length. */
const pauses = 3;
/** Milliseconds between two pulls at least. */
const shortest = 50;

/** What the servers of all connections ask: one list, and the questions that were looked at. */
export class Inbox {
  readonly #source: InboxSource;
  #all = $state.raw<readonly core.InboxItem[]>([]);
  /** Questions that wait or were settled, and are not listed: there are too many. */
  hidden = $state(0);
  #refused = $state.raw<readonly core.InboxRefusal[]>([]);
  /** Questions that were opened, with the answers being written. */
  readonly #asked = new Map<string, AskedQuestion>();
  #read = $state(false);
  problem = $state('');
  query = $state('');
  /** The question shown in the Inbox. */
  #chosen = $state('');
  /** The server whose question panel is open, and the question in it. */
  #panel = $state.raw<{ profile: string; id: string }>({ profile: '', id: '' });
  #users = 0;
  #end: (() => void) | undefined;

  /** Those that wait, oldest first. */
  readonly waiting: readonly core.InboxItem[] = $derived(this.#all.filter((q) => q.state === 'pending'));
  /** Those that are settled, the last first. */
  readonly settled: readonly core.InboxItem[] = $derived(
    this.#all.filter((q) => q.state !== 'pending').toSorted((a, b) => b.settled - a.settled),
  );
  /** Both, as the list shows them. */
  readonly rows: readonly core.InboxItem[] = $derived(findQuestions([...this.waiting, ...this.settled], this.query));

  readonly pull = puller(async () => {
    const began = performance.now();
    try {
      const { questions, refused, hidden } = await this.#source.inbox();
      const before = this.#all;
      this.#all = orEmpty(questions);
      this.#refused = orEmpty(refused);
      this.hidden = hidden;
      this.problem = '';
      for (const item of this.#all) this.#asked.get(item.id)?.take(item);
      const known = new Set(this.#all.map((q) => q.id));
      for (const { id } of before) if (!known.has(id)) this.#asked.delete(id);
    } catch (error) {
      this.problem = this.#source.faultOf(error).message;
    }
    this.#read = true;
    const took = performance.now() - began;
    if (took > 20) await new Promise((later) => setTimeout(later, Math.max(shortest, took * pauses)));
  });

  constructor(source: InboxSource) {
    this.#source = source;
  }

  /** Follows the inbox as long as one of its users does; the returned function ends it for one. */
  start(): () => void {
    if (this.#users++ === 0) {
      this.#end = this.#source.on('questions', () => void this.pull());
      void this.pull();
    }
    return () => {
      if (--this.#users === 0) this.#end?.();
    };
  }

  /** Whether it was read at all. */
  get read(): boolean {
    return this.#read;
  }

  get refused(): readonly core.InboxRefusal[] {
    return this.#refused;
  }

  get total(): number {
    return this.#all.length;
  }

  /** The questions of a server that wait for the user, oldest first. */
  of(profile: string): readonly core.InboxItem[] {
    return this.waiting.filter((q) => q.profile === profile);
  }

  item(id: string): core.InboxItem | undefined {
    return this.#all.find((q) => q.id === id);
  }

  /** The question shown: the chosen one, else the first of the list. */
  get shown(): core.InboxItem | undefined {
    return this.rows.find((q) => q.id === this.#chosen) ?? this.rows[0];
  }

  choose(id: string): void {
    this.#chosen = id;
  }

  /** A question to be looked at and answered: the same object as long as the inbox holds it. */
  asked(item: core.InboxItem): AskedQuestion {
    let own = this.#asked.get(item.id);
    if (!own) {
      own = lasting(() => new AskedQuestion(this.#source, item, () => void this.pull()));
      this.#asked.set(item.id, own);
    }
    return own;
  }

  /** The question whose panel is open beside a server; undefined while it is closed. */
  panel(profile: string): core.InboxItem | undefined {
    if (this.#panel.profile !== profile) return undefined;
    return this.item(this.#panel.id) ?? this.of(profile)[0];
  }

  /** Opens the panel of a server, at a question or at the first that waits. */
  open(profile: string, id = ''): void {
    const first = this.of(profile)[0]?.id ?? '';
    this.#panel = { profile, id: id || first };
  }

  close(): void {
    this.#panel = { profile: '', id: '' };
  }

  /** Keeps a rule from answering; the question is the user's from then on. */
  async hold(id: string): Promise<void> {
    try {
      await this.#source.holdRule(id);
    } catch (error) {
      this.problem = this.#source.faultOf(error).message;
    }
    await this.pull();
  }
}
