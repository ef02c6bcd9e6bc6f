import { SvelteMap } from 'svelte/reactivity';
import type { Backend, core } from '../backend';
import { orEmpty } from '../lib/orEmpty';
import { searchIndex, searchTools } from '../lib/toolSearch';
import { CallExtras } from './callExtras.svelte';
import { Completion, type CompletionSource } from './completion.svelte';
import type { LiveLink } from './liveLink.svelte';
import { AutoRefresh } from './autoRefresh';
import { ListMarks, type ChangeSource } from './listMarks.svelte';
import { OfferedList } from './offeredList.svelte';
import { RunHistory } from './runHistory.svelte';
import type { Run, Runs } from './runs.svelte';

export type PromptsSource = Pick<Backend, 'prompts' | 'prompt'> &
  CompletionSource &
  ChangeSource & { faultOf: (error: unknown) => core.Error };

/** The prompts of one server: the list, the search, and what is chosen. */
export class ProfilePrompts {
  readonly profile: string;
  readonly link: LiveLink;
  readonly #source: PromptsSource;
  readonly #runs: Runs;
  readonly list: OfferedList<core.Prompt>;
  readonly #sessions = new Map<string, PromptSession>();
  query = $state('');
  #selected = $state(-1);
  #session = $state.raw<PromptSession | null>(null);
  readonly #index = $derived.by(() => searchIndex(this.list.items));
  /** Positions of the prompts found, best first. */
  readonly found = $derived(searchTools(this.#index, this.query));

  constructor(source: PromptsSource, runs: Runs, link: LiveLink) {
    this.profile = link.profile;
    this.link = link;
    this.#source = source;
    this.#runs = runs;
    this.list = new OfferedList(
      async (pages) => {
        const list = await source.prompts(this.profile, pages);
        return { ...list, items: list.prompts };
      },
      (prompt) => prompt.name,
      source.faultOf,
      new ListMarks(source, link.profile, 'prompts'),
    );
    const again = new AutoRefresh(() => this.refresh());
    link.follow((now) => {
      if (now.phase !== 'connected') return;
      void this.#keeping(() => this.list.follow(now.conn));
      again.follow(now.autoRefresh === true && now.promptsChanged);
    });
  }

  get selected(): number {
    return this.#selected;
  }

  get session(): PromptSession | null {
    return this.#session;
  }

  /** Asks the server for the list again. */
  refresh(): Promise<void> {
    const pages = this.link.now?.paged ? 'first' : 'all';
    return this.#keeping(() => this.list.load(pages));
  }

  /** Asks for all pages. */
  everyPage(): Promise<void> {
    return this.#keeping(() => this.list.load('all'));
  }

  /** The list is looked at again. */
  revisit(): Promise<void> {
    return this.#keeping(() => this.list.revisit());
  }

  /** Positions may mean others after a list is read: what was chosen stays chosen as long as it is there. */
  async #keeping(read: () => Promise<void>): Promise<void> {
    const before = this.list.items;
    const chosen = before[this.#selected];
    const nth = chosen ? this.list.occurrence(chosen) : 0;
    await read();
    if (chosen && this.list.items !== before) this.select(this.list.find(chosen.name, nth));
  }

  /** Chooses a prompt by its position in the list. */
  select(position: number): void {
    const prompt = this.list.items[position];
    this.#selected = prompt ? position : -1;
    if (!prompt) {
      this.#session = null;
      return;
    }
    const id = `${String(this.list.occurrence(prompt))} ${prompt.name}`;
    const conn = (): string => this.link.now?.conn ?? '';
    const session = this.#sessions.get(id) ?? new PromptSession(this.#source, this.#runs, this.profile, prompt, conn);
    this.#sessions.set(id, session);
    session.prompt = prompt;
    this.#session = session;
    void session.load();
  }
}

/** One prompt: its arguments being written, and what it gave. */
export class PromptSession {
  readonly profile: string;
  readonly #source: PromptsSource;
  readonly #runs: Runs;
  readonly #conn: () => string;
  prompt = $state.raw<core.Prompt>() as core.Prompt;
  detail = $state.raw<core.PromptDetail | null>(null);
  fault = $state.raw<core.Error | null>(null);
  readonly history = new RunHistory();
  /** What the next call has of its own. */
  readonly extras = new CallExtras();
  /** What was typed, by argument; one that is not there is not given. */
  readonly values = new SvelteMap<string, string>();
  /** Whether Get was tried: from then on missing arguments are told of. */
  tried = $state(false);
  readonly #completions = new Map<string, Completion>();

  readonly args = $derived(orEmpty(this.detail?.arguments));
  readonly missing = $derived(this.args.filter((a) => a.required && !this.values.has(a.name)).map((a) => a.name));
  /** The arguments as they are sent, JSON text. */
  readonly wire = $derived(JSON.stringify(Object.fromEntries(this.values)));

  constructor(source: PromptsSource, runs: Runs, profile: string, prompt: core.Prompt, conn: () => string) {
    this.#source = source;
    this.#runs = runs;
    this.profile = profile;
    this.prompt = prompt;
    this.#conn = conn;
  }

  async load(): Promise<void> {
    const { index } = this.prompt;
    try {
      const detail = await this.#source.prompt(this.profile, index);
      if (index !== this.prompt.index) return;
      this.detail = detail;
      this.fault = null;
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    }
  }

  set(name: string, value: string | undefined): void {
    if (value === undefined) this.values.delete(name);
    else this.values.set(name, value);
  }

  /** Suggestions for an argument, the same object every time. */
  completion(name: string): Completion {
    let own = this.#completions.get(name);
    if (!own) {
      const { name: prompt, index } = this.prompt;
      own = new Completion(this.#source, { profile: this.profile, prompt, template: '', index, argument: name });
      this.#completions.set(name, own);
    }
    return own;
  }

  /** The values of the other arguments. */
  others(name: string): core.Argument[] {
    return [...this.values].flatMap(([other, value]) => (other === name ? [] : [{ name: other, value }]));
  }

  /** Gets the messages; `force` although required arguments are missing. */
  get(force: boolean): Run {
    this.tried = true;
    const { name, index } = this.prompt;
    const extra = this.extras.wire;
    const input = { profile: this.profile, tool: name, index, args: this.wire, force };
    const run = this.#runs.run({ ...input, ...(extra ? { extra } : {}) }, this.#conn());
    this.history.add(run);
    return run;
  }

  cancel(run: Run): void {
    void this.#runs.cancel(run);
  }

  /** Puts the arguments of a run back. */
  restore(run: Run): void {
    this.values.clear();
    for (const [name, value] of Object.entries(JSON.parse(run.args) as Record<string, string>))
      this.values.set(name, value);
  }
}
