import { type Drafts } from '../lib/drafts';
import { orEmpty } from '../lib/orEmpty';
import { searchIndex, searchTools } from '../lib/toolSearch';
import type { Pages, core } from '../backend';
import { AutoRefresh } from './autoRefresh';
import { type ChangeSource, ListMarks } from './listMarks.svelte';
import { type Runs } from './runs.svelte';
import { type CheckSource, ToolSession } from './toolSession.svelte';
import type { CoreError, Tool, ToolDetail, ToolList } from './toolTypes';

/** What the tools of a connection need of the backend. */
export interface ToolsSource extends CheckSource, ChangeSource {
  /** The connections changed after a revision. */
  connections(after: number): Promise<Link[]>;
  onConnections(call: () => void): () => void;
  tools(profile: string, pages: Pages): Promise<ToolList>;
  tool(profile: string, index: number): Promise<ToolDetail>;
  faultOf(error: unknown): CoreError;
}

/** What the tools need to know of their connection. */
export interface Link {
  readonly profile: string;
  readonly conn: string;
  readonly rev: number;
  readonly phase: string;
  readonly toolsChanged: boolean;
  /** Its settings: lists are read page by page. */
  readonly paged?: boolean;
  /** A list that changed is read again by itself. */
  readonly autoRefresh?: boolean | undefined;
}

export type ListState = 'unread' | 'loading' | 'ready' | 'failed';

/** The tools of one connection: the list, the search, the chosen tool and what was typed for each. */
export class ProfileTools {
  readonly profile: string;
  readonly #source: ToolsSource;
  readonly #runs: Runs;
  readonly #drafts: Drafts;
  readonly #sessions = new Map<string, ToolSession>();

  #tools = $state.raw<readonly Tool[]>([]);
  state = $state<ListState>('unread');
  fault = $state.raw<CoreError | null>(null);
  findings = $state.raw<readonly string[]>([]);
  /** Entries of the list's answers. */
  seqs = $state.raw<readonly number[]>([]);
  /** How long the list stays fresh by the server's word. */
  cache = $state.raw<core.CacheHint | null>(null);
  /** There are pages that were not read: how many were, and the cursor of the next. */
  more = $state.raw<{ pages: number; cursor: string } | null>(null);
  /** How the list differs from the one that was seen last. */
  readonly marks: ListMarks;
  readonly #auto = new AutoRefresh(() => this.refresh());
  /** The connection the list was read over. */
  conn = $state('');
  /** The connection as it is now. */
  link = $state.raw<Link | null>(null);
  #linkRev = 0;
  #pulling = false;
  #again = false;
  query = $state('');
  #selected = $state(-1);
  #session = $state.raw<ToolSession | null>(null);
  #loading = 0;
  /** The connection a list was last asked of. */
  #asked = '';

  readonly #index = $derived(searchIndex(this.#tools));
  /** Positions in `tools` of those found, best first. */
  readonly found = $derived(searchTools(this.#index, this.query));

  constructor(source: ToolsSource, runs: Runs, drafts: Drafts, profile: string) {
    this.#source = source;
    this.#runs = runs;
    this.#drafts = drafts;
    this.profile = profile;
    this.marks = new ListMarks(source, profile, 'tools');
  }

  get tools(): readonly Tool[] {
    return this.#tools;
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
    const stop = this.#source.onConnections(() => void this.#pull());
    void this.#pull();
    return stop;
  }

  async #pull(): Promise<void> {
    this.#again = true;
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.#follow(orEmpty(await this.#source.connections(this.#linkRev)));
      }
    } catch {
      // The shell tells of a backend that does not answer; the next nudge asks again.
      return;
    } finally {
      this.#pulling = false;
    }
  }

  #follow(links: readonly Link[]): void {
    for (const link of links) {
      this.#linkRev = Math.max(this.#linkRev, link.rev);
      if (link.profile === this.profile) this.link = link;
    }
    const link = this.link;
    if (link?.phase === 'connected' && link.conn !== this.#asked) void this.load(link.conn, '');
    this.#auto.follow(link?.phase === 'connected' && link.autoRefresh === true && link.toolsChanged);
  }

  /** Whether calls can be made now. */
  get connected(): boolean {
    return this.link?.phase === 'connected';
  }

  /** Whether the server said that the list is out of date. */
  get outdated(): boolean {
    return this.link?.toolsChanged === true;
  }

  /** Asks the server for the list again: for its first page where lists are read page by page. */
  refresh(): Promise<void> {
    return this.load(this.link?.conn ?? '', this.link?.paged ? 'first' : 'all');
  }

  /** Reads one page more, or all of them anew. */
  further(pages: 'next' | 'all'): Promise<void> {
    return this.load(this.link?.conn ?? '', pages);
  }

  /** The list is looked at again: one that is not fresh any more by the server's word is asked for. */
  async revisit(): Promise<void> {
    const { cache } = this;
    if (!cache || this.state === 'loading' || !this.connected || this.link?.conn !== this.conn) return;
    if (cache.until <= Date.now() * 1000 || cache.stale !== '') await this.load(this.conn, '');
  }

  /** Reads the list over connection `conn`; see Pages. */
  async load(conn: string, pages: Pages): Promise<void> {
    const mine = ++this.#loading;
    this.#asked = conn;
    this.state = 'loading';
    try {
      const list = await this.#source.tools(this.profile, pages);
      if (mine === this.#loading) this.#take(list, conn);
    } catch (error) {
      if (mine !== this.#loading) return;
      this.fault = this.#source.faultOf(error);
      this.state = 'failed';
    }
  }

  #take(list: ToolList, conn: string): void {
    const tools = orEmpty(list.tools);
    const before = this.#tools;
    void this.marks.pull();
    const chosen = before[this.#selected];
    const name = chosen?.name ?? this.#drafts.lastTool(this.profile);
    this.#tools = tools;
    this.findings = orEmpty(list.findings);
    this.seqs = orEmpty(list.seqs);
    this.cache = list.cache ?? null;
    this.more = list.more ? { pages: list.pages, cursor: list.cursor } : null;
    this.fault = list.err ?? null;
    this.state = list.err ? 'failed' : 'ready';
    this.conn = conn;
    // Without a tool chosen before, an empty name is no name to come back to.
    const same =
      chosen || name !== ''
        ? tools.findIndex((t) => t.name === name && (!chosen || occurrence(tools, t) === occurrence(before, chosen)))
        : -1;
    this.#choose(same >= 0 ? same : tools.length === 1 ? 0 : -1, true);
  }

  /** Chooses a tool by its position in `tools`. */
  select(position: number): void {
    this.#choose(position, false);
    const tool = this.#tools[position];
    if (tool) this.#drafts.keepTool(this.profile, tool.name);
  }

  #choose(position: number, reread: boolean): void {
    this.#selected = position;
    const tool = this.#tools[position];
    if (!tool) {
      this.#session = null;
      return;
    }
    const nth = occurrence(this.#tools, tool);
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

/** Which tool of its name it is: names may repeat. */
function occurrence(tools: readonly Tool[], tool: Tool): number {
  let nth = 0;
  for (const t of tools) {
    if (t === tool) return nth;
    if (t.name === tool.name) nth++;
  }
  return nth;
}
