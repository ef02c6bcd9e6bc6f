import { AppError, type Backend, type core, type profile } from '../backend';
import { fieldProblem } from '../lib/authForm';
import { draftField } from '../lib/protocolForm';
import {
  draftOf,
  draftProblems,
  draftText,
  newServer,
  secretsOf,
  suspectQuestion,
  textOf,
  serverOf,
  valueDraft,
  type ValueDraft,
} from '../lib/serverForm';
import { parseTime, timeProblem, timeText } from '../lib/timeText';
import type { Servers } from './servers.svelte';

export type FormSource = Pick<Backend, 'secrets' | 'suspects'>;

/** Milliseconds without a key before Go is asked. */
const pause = 100;

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
  #suspects = $state.raw<(core.Suspect & { of: string })[]>([]);
  /** Arguments and URLs that stay in clear: those that were there, and those the user left. */
  #clear = $state.raw<ReadonlySet<string>>(new Set());
  #touched = $state.raw<ReadonlySet<string>>(new Set());
  #saving = $state(false);
  #fault = $state.raw<core.Error | null>(null);
  /** What Go said of a field of the last draft that it turned down, while that stands as it was. */
  #turned = $state.raw<{ field: string; problem: string; draft: string } | null>(null);

  readonly problems = $derived.by(() => draftProblems(this.draft, Boolean(this.before.sample)));
  readonly valid = $derived(Object.keys(this.problems).length === 0);
  readonly changed = $derived.by(() => draftText(this.draft) !== this.#start);

  constructor(source: FormSource, servers: Servers, server: profile.Profile | null) {
    this.#source = source;
    this.#servers = servers;
    this.before = server ?? newServer;
    this.draft = draftOf(this.before);
    this.#start = draftText(this.draft);
    this.#clear = new Set([...(this.before.args ?? []), this.before.url ?? '']);
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
    if (this.#turned?.field === field && this.#turned.draft === draftText(this.draft)) return this.#turned.problem;
    return this.#tried || this.#touched.has(field) ? this.problems[field] : undefined;
  }

  /** Whether something is to be said at a field whose name begins so. */
  problemIn(prefix: 'auth.' | 'network.' | 'protocol.'): boolean {
    if (this.#turned?.field.startsWith(prefix) && this.#turned.draft === draftText(this.draft)) return true;
    return this.#tried && Object.keys(this.problems).some((field) => field.startsWith(prefix));
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
    list.push({ ...valueDraft(value), secret: false, chosen: false });
  }

  /** Asks Go while something is typed which values are credentials; the returned function ends it. */
  watch(): () => void {
    const question = JSON.stringify(suspectQuestion(this.draft, this.before));
    const timer = setTimeout(() => void this.#look(question).catch(() => undefined), pause); // the save asks again
    return () => clearTimeout(timer);
  }

  /** Marks variables and headers that look like a credential until the user decides, and notes arguments and the URL. */
  async #look(question: string): Promise<void> {
    const found = await this.#source.suspects(JSON.parse(question) as profile.Profile);
    if (JSON.stringify(suspectQuestion(this.draft, this.before)) !== question) return;
    for (const kind of ['env', 'headers'] as const) {
      this.draft[kind].forEach((value, i) => {
        if (!value.chosen) value.secret = found.some((s) => s.field === `${kind}[${String(i)}]`);
      });
    }
    this.#suspects = found.filter((s) => s.text !== '').map((s) => ({ ...s, of: textOf(this.draft, s.field) }));
  }

  /** What is said about an argument or the URL, as it stands now. */
  suspect(field: string): core.Suspect | undefined {
    return this.#suspects.find((s) => s.field === field && s.of === textOf(this.draft, field));
  }

  /** Whether the secret of an argument or the URL goes to the keychain. What stood there before stays as it is. */
  hides(field: string): boolean {
    return !this.#clear.has(textOf(this.draft, field));
  }

  hide(field: string, hide: boolean): void {
    const text = textOf(this.draft, field);
    this.#clear = new Set([...[...this.#clear].filter((t) => t !== text), ...(hide ? [] : [text])]);
  }

  /** The arguments and the URL whose secrets go to the keychain: Go puts placeholders there. */
  #hidden(): core.SecretInput[] {
    return this.#suspects
      .filter(({ field }) => this.suspect(field) && this.hides(field))
      .map(({ field }) => ({ name: '', value: '', clear: false, in: field }));
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
      await this.#look(JSON.stringify(suspectQuestion(this.draft, this.before)));
      const secrets = [...secretsOf(this.draft), ...this.#hidden()];
      return await this.#servers.save(serverOf($state.snapshot(this.draft), this.before), secrets);
    } catch (thrown) {
      this.#fault = AppError.from(thrown).fault;
      const turned = fieldProblem(this.#fault.message);
      this.#turned = turned
        ? { problem: turned.problem, field: fieldOf(turned.field), draft: draftText(this.draft) }
        : null;
      return undefined;
    } finally {
      this.#saving = false;
    }
  }
}

/** A field as Go names it, as the draft does. */
function fieldOf(named: string): string {
  return named.startsWith('protocol.') ? draftField(named) : named;
}
