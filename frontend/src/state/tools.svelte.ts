import type { Drafts } from '../lib/drafts';
import { searchIndex, searchTools } from '../lib/toolSearch';
import type { Pages } from '../backend';
import { AutoRefresh } from './autoRefresh';
import { type ChangeSource, ListMarks } from './listMarks.svelte';
import { type Followed, type LinkSource, LiveLink } from './liveLink.svelte';
import { OfferedList } from './offeredList.svelte';
import type { Runs } from './runs.svelte';
import { type CheckSource, ToolSession } from './toolSession.svelte';
import type { CoreError, Tool, ToolDetail, ToolList } from './toolTypes';

/** What the tools of a connection need of the backend. */
export interface ToolsSource extends CheckSource, ChangeSource, LinkSource<Link> {
  tools(profile: string, pages: Pages): Promise<ToolList>;
  tool(profile: string, index: number): Promise<ToolDetail>;
  faultOf(error: unknown): CoreError;
}

/** What the tools need to know of their connection. */
export interface Link extends Followed {
  readonly toolsChanged: boolean;
}

/** The tools of one connection: the list, the search, the chosen tool and what was typed for each. */
export class ProfileTools {
  readonly profile: string;
  readonly link: LiveLink<Link>;
  readonly list: OfferedList<Tool>;
  readonly #source: ToolsSource;
  readonly #runs: Runs;
  readonly #drafts: Drafts;
  readonly #sessions = new Map<string, ToolSession>();
  /** The connection the list was read over. */
  conn = $state('');
  query = $state('');
  #selected = $state(-1);
  #session = $state.raw<ToolSession | null>(null);
  /** The connection a list was last asked of. */
  #asked = '';

  readonly #index = $derived.by(() => searchIndex(this.list.items));
  /** Positions in `tools` of those found, best first. */
  readonly found = $derived(searchTools(this.#index, this.query));

  constructor(source: ToolsSource, runs: Runs, drafts: Drafts, profile: string) {
    this.#source = source;
    this.#runs = runs;
    this.#drafts = drafts;
    this.profile = profile;
    this.list = new OfferedList(
      async (pages) => {
        const list = await source.tools(profile, pages);
        return { ...list, items: list.tools, offer: null };
      },
      (tool) => tool.name,
      (error) => source.faultOf(error),
      new ListMarks(source, profile, 'tools'),
      (before) => this.#taken(before),
    );
    this.link = new LiveLink(source, profile);
    const again = new AutoRefresh(() => this.refresh());
    this.link.follow((now) => {
      if (now.phase === 'connected' && now.conn !== this.#asked) void this.load(now.conn, '');
      again.follow(now.phase === 'connected' && now.autoRefresh === true && now.toolsChanged);
    });
  }

  get tools(): readonly Tool[] {
    return this.list.items;
  }

  /** Position in `tools` of the chosen one, -1 for none. */
  get selected(): number {
    return this.#selected;
  }

  /** The chosen tool and what was typed for it. */
  get session(): ToolSession | null {
    return this.#session;
  }

  /** Follows the connection: a new one reads the list anew. The returned function ends it. */
  start(): () => void {
    return this.link.start();
  }

  /** Whether calls can be made now. */
  get connected(): boolean {
    return this.link.connected;
  }

  /** Whether the server said that the list is out of date. */
  get outdated(): boolean {
    return this.link.now?.toolsChanged === true;
  }

  /** Asks the server for the list again: for its first page where lists are read page by page. */
  refresh(): Promise<void> {
    return this.load(this.link.now?.conn ?? '', this.link.now?.paged ? 'first' : 'all');
  }

  /** Reads one page more, or all of them anew. */
  further(pages: 'next' | 'all'): Promise<void> {
    return this.load(this.link.now?.conn ?? '', pages);
  }

  /** The list is looked at again: one that is not fresh any more by the server's word is asked for. */
  async revisit(): Promise<void> {
    if (this.connected && this.link.now?.conn === this.conn) await this.list.revisit();
  }

  /** Reads the list over connection `conn`; see Pages. */
  load(conn: string, pages: Pages): Promise<void> {
    this.#asked = conn;
    return this.list.load(pages);
  }

  /** Positions may mean others after a list is read: what was chosen stays chosen, before all in an earlier run. */
  #taken(before: readonly Tool[]): void {
    const { list, tools } = this;
    this.conn = this.#asked;
    const chosen = before[this.#selected];
    const name = chosen?.name ?? this.#drafts.lastTool(this.profile);
    // Without a tool chosen before, an empty name is no name to come back to.
    const same = chosen || name !== '' ? list.find(name, chosen ? list.occurrence(chosen, before) : 0) : -1;
    this.#choose(same >= 0 ? same : tools.length === 1 ? 0 : -1, true);
  }

  /** Chooses a tool by its position in `tools`. */
  select(position: number): void {
    this.#choose(position, false);
    const tool = this.tools[position];
    if (tool) this.#drafts.keepTool(this.profile, tool.name);
  }

  #choose(position: number, reread: boolean): void {
    this.#selected = position;
    const tool = this.tools[position];
    if (!tool) {
      this.#session = null;
      return;
    }
    const nth = this.list.occurrence(tool);
    const key = `${String(nth)} ${tool.name}`;
    let session = this.#sessions.get(key);
    if (!session) {
      // Duplicates after the first have drafts of their own.
      session = new ToolSession(
        this.#source,
        this.#runs,
        this.#drafts,
        this.profile,
        tool,
        nth === 0 ? tool.name : `${tool.name}\n${String(nth)}`,
      );
      this.#sessions.set(key, session);
    }
    session.conn = this.conn;
    session.tool = tool;
    this.#session = session;
    if (reread || !session.detail) void session.load();
  }

  /** Waits no longer for drafts to be kept; called when the page goes. */
  flush(): void {
    for (const session of this.#sessions.values()) session.keepDraft();
  }
}
