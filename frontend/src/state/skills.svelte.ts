import { SvelteMap } from 'svelte/reactivity';
import type { Backend, core } from '../backend';
import { orEmpty } from '../lib/orEmpty';
import { searchIndex, searchTools } from '../lib/toolSearch';
import type { LiveLink } from './liveLink.svelte';
import { type ChangeSource, ListMarks } from './listMarks.svelte';
import { OfferedList } from './offeredList.svelte';

export type SkillsSource = Pick<
  Backend,
  'skills' | 'skill' | 'readSkill' | 'getSkill' | 'skillDirectory' | 'cancelCall'
> &
  ChangeSource & { faultOf: (error: unknown) => core.Error };

/** The skills of one server: the list, the search, and what is chosen. No file is read unless somebody asks for it. */
export class ProfileSkills {
  readonly profile: string;
  readonly link: LiveLink;
  readonly #source: SkillsSource;
  readonly list: OfferedList<core.Skill>;
  /** The server has resources/directory/read. */
  directories = $state(false);
  readonly #sessions = new Map<string, SkillSession>();
  query = $state('');
  #selected = $state(-1);
  #session = $state.raw<SkillSession | null>(null);
  readonly #index = $derived.by(() =>
    searchIndex(this.list.items.map((k) => ({ name: k.name, title: k.uri, summary: k.summary }))),
  );
  /** Positions of the skills found, best first. */
  readonly found = $derived(searchTools(this.#index, this.query));

  constructor(source: SkillsSource, link: LiveLink) {
    this.profile = link.profile;
    this.link = link;
    this.#source = source;
    this.list = new OfferedList(
      async (pages) => {
        const list = await source.skills(this.profile, pages);
        this.directories = list.directories;
        return { ...list, items: list.skills };
      },
      (skill) => skill.uri,
      source.faultOf,
      new ListMarks(source, link.profile, 'skills'),
    );
    link.follow((now) => {
      if (now.phase === 'connected') void this.#keeping(() => this.list.follow(now.conn));
    });
  }

  get selected(): number {
    return this.#selected;
  }

  get session(): SkillSession | null {
    return this.#session;
  }

  refresh(): Promise<void> {
    return this.#keeping(() => this.list.load('all'));
  }

  /** Positions may mean others after a list is read: what was chosen stays chosen as long as it is there. */
  async #keeping(read: () => Promise<void>): Promise<void> {
    const before = this.list.items;
    const chosen = before[this.#selected];
    const nth = chosen ? this.list.occurrence(chosen) : 0;
    await read();
    if (chosen && this.list.items !== before) this.select(this.list.find(chosen.uri, nth));
  }

  /** Chooses a skill by its position in the list. */
  select(position: number): void {
    const skill = this.list.items[position];
    this.#selected = skill ? position : -1;
    if (!skill) {
      this.#session = null;
      return;
    }
    const session = this.#sessionOf(`${String(this.list.occurrence(skill))} ${skill.uri}`, skill.index, skill.uri);
    session.index = skill.index;
    this.#session = session;
    void session.load();
  }

  /** Opens a skill by the URI of its SKILL.md, whether or not the list has it. */
  async byUri(uri: string): Promise<void> {
    const at = this.list.items.findIndex((skill) => skill.uri === uri);
    if (at >= 0) {
      this.select(at);
      return;
    }
    this.#selected = -1;
    const session = this.#sessionOf(`unlisted ${uri}`, -1, uri);
    this.#session = session;
    await session.compare();
  }

  #sessionOf(key: string, index: number, uri: string): SkillSession {
    const session = this.#sessions.get(key) ?? new SkillSession(this.#source, this.profile, index, uri);
    this.#sessions.set(key, session);
    return session;
  }
}

/** How a file of a skill stands. */
export interface SkillFileRead {
  readonly state: 'reading' | 'read' | 'failed';
  readonly call: string;
  readonly out: core.SkillRead | null;
  readonly fault: core.Error | null;
}

/** One skill: its entry, and what was read of it. */
export class SkillSession {
  static #calls = 0;
  readonly profile: string;
  readonly uri: string;
  readonly #source: SkillsSource;
  /** Its place in the list; below 0: the list has it not. */
  index: number;
  detail = $state.raw<core.SkillDetail | null>(null);
  fault = $state.raw<core.Error | null>(null);
  /** What was read, by the URI of the file. */
  readonly files = new SvelteMap<string, SkillFileRead>();
  /** The file that is shown. */
  shown = $state('');
  /** The answer to skills/get. */
  entry = $state.raw<core.SkillEntry | null>(null);
  directory = $state.raw<{ readonly uri: string; readonly out: core.SkillDirectory } | null>(null);
  busy = $state<'' | 'get' | 'directory'>('');

  readonly list = $derived(orEmpty(this.detail?.files));

  constructor(source: SkillsSource, profile: string, index: number, uri: string) {
    this.#source = source;
    this.profile = profile;
    this.index = index;
    this.uri = uri;
  }

  /** Looks the entry up in the list; nothing is sent. */
  async load(): Promise<void> {
    const { index } = this;
    if (index < 0) return;
    try {
      const detail = await this.#source.skill(this.profile, index);
      if (index !== this.index) return;
      this.detail = detail;
      this.fault = null;
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    }
  }

  #input(uri: string): core.SkillInput {
    const call = `skill-${Date.now().toString(36)}-${String(++SkillSession.#calls)}`;
    return { call, profile: this.profile, index: this.index, skill: this.uri, uri };
  }

  /** Reads a file and verifies it. */
  async read(uri: string): Promise<void> {
    this.shown = uri;
    if (this.files.get(uri)?.state === 'reading') return;
    const input = this.#input(uri);
    this.files.set(uri, { state: 'reading', call: input.call, out: null, fault: null });
    try {
      const out = await this.#source.readSkill(input);
      this.files.set(uri, { state: out.err ? 'failed' : 'read', call: input.call, out, fault: out.err ?? null });
    } catch (error) {
      this.files.set(uri, { state: 'failed', call: input.call, out: null, fault: this.#source.faultOf(error) });
    }
  }

  cancel(): void {
    const file = this.files.get(this.shown);
    if (file?.state === 'reading') void this.#source.cancelCall(file.call).catch(() => undefined); // the read tells
  }

  /** Asks for the entry as it is now, and compares it. */
  async compare(): Promise<void> {
    this.busy = 'get';
    try {
      const entry = await this.#source.getSkill(this.#input(this.uri));
      this.entry = entry;
      if (this.index < 0) {
        this.detail = entry.detail ?? null;
        this.fault = entry.err ?? null;
      }
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    } finally {
      this.busy = '';
    }
  }

  /** Lists a directory of the skill. */
  async readDirectory(uri: string): Promise<void> {
    this.busy = 'directory';
    try {
      this.directory = { uri, out: await this.#source.skillDirectory(this.#input(uri)) };
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    } finally {
      this.busy = '';
    }
  }
}
