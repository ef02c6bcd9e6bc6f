import type { Drafts } from '../lib/drafts';
import { member, objectNode, parseJson, stringNode, type JsonError, type JsonNode } from '../lib/jsonDoc';
import { get } from '../lib/jsonPath';
import { printJson } from '../lib/jsonPrint';
import type { Run, Runs } from './runs.svelte';

/** Requests listed at most; those under way stay. */
export const maxRequests = 50;
/** Milliseconds without typing after which what was typed is kept. */
const pause = 500;
/** Where the drafts of tools have the tool's name: no tool is called that. */
const draftName = '\0raw request';

/** Requests of any method over the connection of one server: the one being written, and those sent. */
export class RawRequests {
  readonly #runs: Runs;
  readonly #drafts: Drafts;
  readonly #profile: string;
  #method = $state('');
  #text = $state.raw('');
  /** The params the chosen method came with, while nobody changed them. */
  #offered = '';
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Newest first. */
  history = $state.raw<readonly Run[]>([]);
  #chosen = $state.raw<Run | null>(null);
  #before = $state.raw<Run | null>(null);

  /** The request shown: a new one takes the place of the last once it is answered or takes long. */
  readonly shown = $derived(
    this.#chosen?.state === 'running' && !this.#chosen.long ? (this.#before ?? this.#chosen) : this.#chosen,
  );
  /** What the text is as JSON; nothing while it is empty or no JSON. */
  readonly #parsed = $derived(this.#text.trim() === '' ? null : parseJson(this.#text));
  readonly error = $derived<JsonError | null>(this.#parsed?.ok === false ? this.#parsed.error : null);

  constructor(runs: Runs, drafts: Drafts, profile: string) {
    this.#runs = runs;
    this.#drafts = drafts;
    this.#profile = profile;
    const kept = drafts.load(profile, draftName);
    const method = kept && get(kept, 'method');
    const params = kept && get(kept, 'params');
    if (method?.kind === 'string') this.#method = method.value;
    if (params) this.#text = printJson(params, 2);
  }

  get method(): string {
    return this.#method;
  }

  /** The params as typed, JSON text; empty for none. */
  get text(): string {
    return this.#text;
  }

  /** Why it cannot be sent; empty when it can. */
  get problem(): string {
    if (this.#method.trim() === '') return 'Which method?';
    if (this.error) return `line ${this.error.line}, column ${this.error.column}: ${this.error.message}`;
    return this.#parsed?.ok && this.#parsed.node.kind !== 'object' ? 'Params are a JSON object, or nothing.' : '';
  }

  /** Takes a method. `params` are what it needs: they come where nobody wrote others. */
  setMethod(method: string, params = ''): void {
    this.#method = method;
    const untouched = this.#text.trim() === '' || this.#text.trim() === '{}' || this.#text === this.#offered;
    if (untouched && (params !== '' || this.#offered !== '')) {
      this.#text = params;
      this.#offered = params;
    }
    this.#changed();
  }

  setText(text: string): void {
    this.#text = text;
    this.#changed();
  }

  /** Sends what is written, over the connection with that id in the log. */
  send(conn: string): void {
    if (this.problem !== '') return;
    this.flush();
    const method = this.#method.trim();
    const run = this.#runs.run(
      { profile: this.#profile, tool: method, index: 0, args: this.#text.trim(), force: false },
      conn,
    );
    this.#before = this.shown;
    this.#chosen = run;
    const all = [run, ...this.history];
    this.history = all.filter((r, i) => i < maxRequests || r.state === 'running');
  }

  cancel(run: Run): void {
    void this.#runs.cancel(run);
  }

  /** Shows a request that was sent, and puts it back to be sent again. */
  putBack(run: Run): void {
    this.#chosen = run;
    this.#before = null;
    this.#method = run.tool;
    this.#text = run.args;
    this.#offered = '';
    this.#changed();
  }

  /** Keeps what is written now. Params that are no JSON, and secrets in them, are not kept. */
  flush(): void {
    clearTimeout(this.#timer);
    const params: JsonNode | undefined = this.#parsed?.ok ? this.#parsed.node : undefined;
    const kept = [member('method', stringNode(this.#method)), ...(params ? [member('params', params)] : [])];
    this.#drafts.save(this.#profile, draftName, this.#method || params ? objectNode(kept) : undefined, null);
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), pause);
  }
}
