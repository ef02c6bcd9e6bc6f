import type { Backend, core } from '../backend';
import { searchIndex, searchTools } from '../lib/toolSearch';
import type { CompletionSource } from './completion.svelte';
import type { LiveLink } from './liveLink.svelte';
import { AutoRefresh } from './autoRefresh';
import { ListMarks, type ChangeSource } from './listMarks.svelte';
import { OfferedList } from './offeredList.svelte';
import type { Reads } from './reads';
import { ResourceSession } from './resourceSession.svelte';
import { TemplateSession } from './templateSession.svelte';
import type { Watching } from './watching.svelte';

export type ResourcesSource = Pick<Backend, 'resources' | 'resource' | 'templates' | 'template' | 'expandTemplate'> &
  CompletionSource &
  ChangeSource & { faultOf: (error: unknown) => core.Error };

/** A row of the list: a heading, a resource or a template by its position. */
export type ResourceRow =
  | { readonly kind: 'heading'; readonly of: 'resource' | 'template'; readonly count: number }
  | { readonly kind: 'resource' | 'template'; readonly position: number };

type Chosen = { kind: 'resource' | 'template'; position: number };

/** The resources and templates of one server: the lists, the search, and what is chosen. */
export class ProfileResources {
  readonly profile: string;
  readonly link: LiveLink;
  readonly watching: Watching;
  readonly #source: ResourcesSource;
  readonly #reads: Reads;
  readonly resources: OfferedList<core.Resource>;
  readonly templates: OfferedList<core.Template>;
  readonly #sessions = new Map<string, ResourceSession | TemplateSession>();
  query = $state('');
  #chosen = $state.raw<Chosen | null>(null);
  #session = $state.raw<ResourceSession | TemplateSession | null>(null);

  readonly #resourceIndex = $derived.by(() =>
    searchIndex(this.resources.items.map((r) => ({ name: r.name, title: r.title, summary: `${r.uri} ${r.summary}` }))),
  );
  readonly #templateIndex = $derived.by(() =>
    searchIndex(
      this.templates.items.map((t) => ({ name: t.name, title: t.title, summary: `${t.uriTemplate} ${t.summary}` })),
    ),
  );
  /** What the list shows: resources, then templates under a heading of their own. */
  readonly rows = $derived.by((): readonly ResourceRow[] => {
    const resources = searchTools(this.#resourceIndex, this.query);
    const templates = searchTools(this.#templateIndex, this.query);
    const rows: ResourceRow[] = resources.map((position) => ({ kind: 'resource', position }));
    if (templates.length === 0) return rows;
    if (rows.length > 0) rows.unshift({ kind: 'heading', of: 'resource', count: resources.length });
    rows.push({ kind: 'heading', of: 'template', count: templates.length });
    for (const position of templates) rows.push({ kind: 'template', position });
    return rows;
  });
  readonly total = $derived.by(() => this.resources.items.length + this.templates.items.length);

  constructor(source: ResourcesSource, reads: Reads, link: LiveLink, watching: Watching) {
    this.profile = link.profile;
    this.link = link;
    this.watching = watching;
    this.#source = source;
    this.#reads = reads;
    const { profile } = this;
    this.resources = new OfferedList(
      async (pages) => {
        const list = await source.resources(profile, pages);
        return { ...list, items: list.resources };
      },
      (resource) => resource.uri,
      source.faultOf,
      new ListMarks(source, profile, 'resources'),
    );
    this.templates = new OfferedList(
      async (pages) => {
        const list = await source.templates(profile, pages);
        return { ...list, items: list.templates };
      },
      (template) => template.uriTemplate,
      source.faultOf,
      new ListMarks(source, profile, 'templates'),
    );
    const again = new AutoRefresh(() => this.refresh());
    link.follow((now) => {
      if (now.phase !== 'connected') return;
      void this.#keeping(() => Promise.all([this.resources.follow(now.conn), this.templates.follow(now.conn)]));
      again.follow(now.autoRefresh === true && now.resourcesChanged);
    });
  }

  /** Whether the server has resources or templates: it says so, or a list answered. */
  get offered(): boolean {
    return this.resources.offered || this.templates.offered;
  }

  /** Whether both lists were read. */
  get ready(): boolean {
    return this.resources.state === 'ready' && this.templates.state !== 'loading' && this.templates.state !== 'unread';
  }

  get loading(): boolean {
    return this.resources.state === 'loading' || this.templates.state === 'loading';
  }

  /** The row of what is chosen, -1 for none. */
  get active(): number {
    const chosen = this.#chosen;
    if (!chosen) return -1;
    return this.rows.findIndex((row) => row.kind === chosen.kind && row.position === chosen.position);
  }

  get session(): ResourceSession | TemplateSession | null {
    return this.#session;
  }

  /** Asks the server for both lists again. */
  refresh(): Promise<void> {
    const pages = this.link.now?.paged ? 'first' : 'all';
    return this.#keeping(() => Promise.all([this.resources.load(pages), this.templates.load(pages)]));
  }

  /** Positions may mean others after a list is read: what was chosen stays chosen as long as it is there. */
  async #keeping(read: () => Promise<unknown>): Promise<void> {
    const before = [this.resources.items, this.templates.items];
    const kept = this.#key(this.#chosen);
    await read();
    const same = before[0] === this.resources.items && before[1] === this.templates.items;
    if (kept && !same) this.#restore(kept);
  }

  /** Asks for all pages of what has more. */
  async everyPage(): Promise<void> {
    await this.#keeping(() =>
      Promise.all([this.resources, this.templates].filter((list) => list.more).map((list) => list.load('all'))),
    );
  }

  /** The lists are looked at again. */
  revisit(): Promise<void> {
    return this.#keeping(() => Promise.all([this.resources.revisit(), this.templates.revisit()]));
  }

  /** Reads the next page of what has more. */
  async next(): Promise<void> {
    if (this.resources.more) await this.resources.load('next');
    else if (this.templates.more) await this.templates.load('next');
  }

  #key(chosen: Chosen | null): { kind: Chosen['kind']; key: string; nth: number } | null {
    if (!chosen) return null;
    const { kind, position } = chosen;
    const list = kind === 'resource' ? this.resources : this.templates;
    const item = list.items[position];
    if (!item) return null;
    const key = 'uri' in item ? item.uri : item.uriTemplate;
    const nth = list.items
      .slice(0, position)
      .filter((other) => ('uri' in other ? other.uri : other.uriTemplate) === key);
    return { kind, key, nth: nth.length };
  }

  #restore(kept: { kind: Chosen['kind']; key: string; nth: number }): void {
    const list = kept.kind === 'resource' ? this.resources : this.templates;
    const position = list.find(kept.key, kept.nth);
    if (position < 0) this.#choose(null);
    else this.#choose({ kind: kept.kind, position });
  }

  /** Chooses what a row shows; a heading is none. */
  select(index: number): void {
    const row = this.rows[index];
    if (row && row.kind !== 'heading') this.#choose(row);
  }

  #choose(chosen: Chosen | null): void {
    this.#chosen = chosen;
    const kept = this.#key(chosen);
    if (!chosen || !kept) {
      this.#session = null;
      return;
    }
    const id = `${kept.kind} ${String(kept.nth)} ${kept.key}`;
    const session = this.#sessions.get(id) ?? this.#make(chosen);
    if (!session) return;
    this.#sessions.set(id, session);
    if (session instanceof ResourceSession)
      session.resource = this.resources.items[chosen.position] ?? session.resource;
    else session.template = this.templates.items[chosen.position] ?? session.template;
    this.#session = session;
    if (!session.detail) void session.load();
  }

  #make({ kind, position }: Chosen): ResourceSession | TemplateSession | undefined {
    const conn = (): string => this.link.now?.conn ?? '';
    if (kind === 'resource') {
      const resource = this.resources.items[position];
      return resource && new ResourceSession(this.#source, this.#reads, this.profile, resource, conn);
    }
    const template = this.templates.items[position];
    return template && new TemplateSession(this.#source, this.#reads, this.profile, template, conn);
  }
}
