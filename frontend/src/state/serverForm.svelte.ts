import { AppError, type Backend, type core, type profile } from '../backend';
import { namesCredential } from '../lib/secrets';
import {
  draftOf,
  draftProblems,
  draftText,
  newServer,
  secretsOf,
  serverOf,
  valueDraft,
  type ValueDraft,
} from '../lib/serverForm';
import { parseTime, timeProblem, timeText } from '../lib/timeText';
import type { Servers } from './servers.svelte';

export type FormSource = Pick<Backend, 'secrets'>;

/** A server while it is edited. Nothing is kept before `save`. */
export class ServerForm {
  readonly before: profile.Profile;
  readonly #source: FormSource;
  readonly #servers: Servers;
  readonly #start: string;
  draft = $state(draftOf(newServer));
  /** Where the value of each secret is, by its name in the keychain. */
  stored = $state.raw<ReadonlyMap<string, string>>(new Map());
  /** Whether saving was tried: from then on empty fields are told of. */
  #tried = $state(false);
  #touched = $state.raw<ReadonlySet<string>>(new Set());
  #saving = $state(false);
  #fault = $state.raw<core.Error | null>(null);

  readonly problems = $derived.by(() => draftProblems(this.draft, Boolean(this.before.sample)));
  readonly valid = $derived(Object.keys(this.problems).length === 0);
  readonly changed = $derived.by(() => draftText(this.draft) !== this.#start);

  constructor(source: FormSource, servers: Servers, server: profile.Profile | null) {
    this.#source = source;
    this.#servers = servers;
    this.before = server ?? newServer;
    this.draft = draftOf(this.before);
    this.#start = draftText(this.draft);
  }

  /** Asks where the secrets are. */
  async load(): Promise<void> {
    if (!this.before.id) return;
    try {
      const all = await this.#source.secrets(this.before.id);
      this.stored = new Map(all.map((s) => [s.name, s.stored]));
    } catch (thrown) {
      this.#fault = AppError.from(thrown).fault;
    }
  }

  get saving(): boolean {
    return this.#saving;
  }

  get fault(): core.Error | null {
    return this.#fault;
  }

  /** What to say at a field: nothing before it was left or saving was tried. */
  problem(field: keyof typeof this.problems): string | undefined {
    return this.#tried || this.#touched.has(field) ? this.problems[field] : undefined;
  }

  /** The user has left a field. */
  touch(field: string): void {
    this.#touched = new Set([...this.#touched, field]);
  }

  /** The user has left a timeout: it is written in the unit that suits. */
  leaveTime(field: 'connect' | 'probe' | 'request'): void {
    const ms = parseTime(this.draft[field]);
    if (ms !== undefined && !timeProblem(this.draft[field])) this.draft[field] = timeText(ms);
    this.touch(field);
  }

  addValue(list: ValueDraft[], value = { name: '', value: '' }): void {
    list.push({ ...valueDraft(value), secret: namesCredential(value.name), chosen: false });
  }

  /** The name of a variable or header was typed: what looks like a credential is marked, until the user decides. */
  nameValue(value: ValueDraft, name: string): void {
    value.name = name;
    if (!value.chosen) value.secret = namesCredential(name);
  }

  mark(value: ValueDraft, secret: boolean): void {
    value.secret = secret;
    value.chosen = true;
    // A secret that is no longer one needs its value typed anew: it never comes back from the keychain.
    if (!secret) value.clear = value.stored !== '';
  }

  /** Saves; answers with the server, or undefined where something is wrong. */
  async save(): Promise<profile.Profile | undefined> {
    this.#tried = true;
    if (!this.valid || this.#saving) return undefined;
    this.#saving = true;
    this.#fault = null;
    try {
      return await this.#servers.save(serverOf($state.snapshot(this.draft), this.before), secretsOf(this.draft));
    } catch (thrown) {
      this.#fault = AppError.from(thrown).fault;
      return undefined;
    } finally {
      this.#saving = false;
    }
  }
}
