import type { core } from '../backend';
import type { Drafts, DraftStore } from '../lib/drafts';
import { booleanNode, member, objectNode, parseJson, stringNode, type JsonError, type JsonNode } from '../lib/jsonDoc';
import { get } from '../lib/jsonPath';
import { printJson } from '../lib/jsonPrint';
import type { PaletteItem } from '../lib/rawPalette';
import { defaultWait, holdsNoSecret, loadKept, saveKept, type RawHeader, type Written } from '../lib/rawWritten';
import { CallExtras } from './callExtras.svelte';
import { Sent } from './sent.svelte';
import type { Runs } from './runs.svelte';
import type { CoreError } from './toolTypes';

/** Requests listed at most; those under way stay. */
export const maxRequests = 50;
/** Milliseconds without typing after which what was typed is kept. */
const pause = 500;
/** Where the drafts of tools have the tool's name: no tool is called that. */
const draftName = '\0raw request';

/** What frames by hand need of the backend. Methods reject with what `faultOf` understands. */
export interface RawFrames {
  draft(input: core.RawDraftInput): Promise<core.RawDraft>;
  headers(profile: string, frame: string): Promise<core.RawHeader[]>;
  send(input: core.RawInput): Promise<core.RawOutput>;
  cancel(call: string): Promise<void>;
  faultOf(error: unknown): CoreError;
}

/** What is written and sent by hand over the connection of one server: the one being written, and those sent. */
export class RawRequests {
  readonly #runs: Runs;
  readonly #frames: RawFrames;
  readonly #drafts: Drafts;
  readonly #store: DraftStore | null;
  readonly #profile: string;
  #method = $state('');
  #text = $state.raw('');
  #mode = $state<Written['mode']>('params');
  #frame = $state.raw('');
  notification = $state(false);
  headers = $state.raw<readonly RawHeader[]>([]);
  wait = $state(defaultWait);
  /** What a request has of its own; a frame and a notification are as they are written. */
  readonly extras = new CallExtras();
  /** Why a frame could not be made or sent; empty when it could. */
  trouble = $state('');
  /** The params the chosen method came with, while nobody changed them. */
  #offered = '';
  /** The frame as it was made, while nobody changed it. */
  #made = '';
  /** Names of the headers that the frame last taken from the palette changed. */
  #broken: readonly string[] = [];
  #number = 0;
  #last = 0;
  readonly #prefix = `hand-${Date.now().toString(36)}-`;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Newest first. */
  history = $state.raw<readonly Sent[]>([]);
  #chosen = $state.raw<Sent | null>(null);
  #before = $state.raw<Sent | null>(null);

  /** What is shown: a new one takes the place of the last once it is answered or takes long. */
  readonly shown = $derived(
    this.#chosen?.state === 'running' && !this.#chosen.long ? (this.#before ?? this.#chosen) : this.#chosen,
  );
  /** What the text is as JSON; nothing while it is empty or no JSON. */
  readonly #parsed = $derived(this.#text.trim() === '' ? null : parseJson(this.#text));
  readonly error = $derived<JsonError | null>(
    this.#mode === 'params' && this.#parsed?.ok === false ? this.#parsed.error : null,
  );

  constructor(runs: Runs, frames: RawFrames, drafts: Drafts, store: DraftStore | null, profile: string) {
    this.#runs = runs;
    this.#frames = frames;
    this.#drafts = drafts;
    this.#store = store;
    this.#profile = profile;
    const kept = drafts.load(profile, draftName);
    const text = (name: string): string => {
      const node = kept && get(kept, name);
      return node?.kind === 'string' ? node.value : '';
    };
    this.#method = text('method');
    this.#frame = text('frame');
    if (text('mode') === 'frame') this.#mode = 'frame';
    const params = kept && get(kept, 'params');
    if (params) this.#text = printJson(params, 2);
    const note = kept && get(kept, 'notification');
    this.notification = note?.kind === 'boolean' && note.value;
    this.history = loadKept(store, profile).map(
      ({ written, at }, i) => new Sent(`${this.#prefix}kept-${String(i)}`, written, at, null, true),
    );
  }

  get method(): string {
    return this.#method;
  }

  /** The params as typed, JSON text of any value; empty for none. */
  get text(): string {
    return this.#text;
  }

  get mode(): Written['mode'] {
    return this.#mode;
  }

  /** The bytes that will be sent, while they are written by hand. */
  get frame(): string {
    return this.#frame;
  }

  /** Everything as it is written now. */
  get written(): Written {
    return {
      mode: this.#mode,
      method: this.#method.trim(),
      params: this.#text.trim(),
      notification: this.notification,
      frame: this.#mode === 'frame' ? this.#frame : '',
      headers: this.headers.filter((h) => h.name.trim() !== ''),
      wait: this.wait,
    };
  }

  /** Why it cannot be sent; empty when it can. A frame always can. */
  get problem(): string {
    if (this.#mode === 'frame') return '';
    if (this.#method.trim() === '') return 'Which method?';
    if (this.error) return `line ${this.error.line}, column ${this.error.column}: ${this.error.message}`;
    return this.notification || this.extras.valid ? '' : 'Mend what stands under “More for this call”.';
  }

  /** What is sound to send, and yet not what MCP allows. */
  get note(): string {
    if (this.#mode === 'frame' || !this.#parsed?.ok || this.#parsed.node.kind === 'object') return '';
    return 'MCP allows an object only: it is sent as it is.';
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

  /** Takes a request that was sent once, to be changed and sent again. */
  async edit(method: string, params: string): Promise<void> {
    await this.setMode('params');
    this.notification = false;
    this.#method = method;
    this.setText(params);
  }

  setFrame(frame: string): void {
    this.#frame = frame;
    this.#changed();
  }

  /** Goes to the other way of writing. A frame that nobody changed is made anew of method and params. */
  async setMode(mode: Written['mode']): Promise<void> {
    if (mode === 'frame' && (this.#frame === '' || this.#frame === this.#made)) await this.#make();
    this.#mode = mode;
    this.#changed();
  }

  /** Makes the frame that method and params would be, and breaks it as an item of the palette says. */
  async take(item: PaletteItem): Promise<void> {
    const sound = await this.#draft(false, this.#method.trim() || 'ping');
    if (!sound) return;
    const broken = item.make(sound);
    this.#frame = broken.frame;
    this.#made = item.id === 'sound' ? broken.frame : '';
    const names = broken.headers.map((h) => h.name.toLowerCase());
    const gone = new Set([...this.#broken, ...names]); // what the frame before changed is sound again
    this.headers = [...this.headers.filter((h) => !gone.has(h.name.toLowerCase())), ...broken.headers];
    this.#broken = names;
    this.#mode = 'frame';
    this.#changed();
  }

  async #make(): Promise<void> {
    const draft = await this.#draft(this.notification, this.#method.trim());
    if (draft) this.#frame = this.#made = draft.frame;
  }

  async #draft(notification: boolean, method: string): Promise<core.RawDraft | null> {
    this.trouble = '';
    try {
      const params = this.#parsed?.ok === false ? '' : this.#text.trim();
      const number = ++this.#number;
      const draft = await this.#frames.draft({ profile: this.#profile, method, params, notification, number });
      if (!draft.err) return draft;
      this.trouble = draft.err.message;
    } catch (error) {
      this.trouble = this.#frames.faultOf(error).message;
    }
    return null;
  }

  /** The headers with which what is written goes out by itself. */
  defaults(): Promise<core.RawHeader[]> {
    const { mode, method, params, frame } = this.written;
    const text = mode === 'frame' ? frame : `{"method":${JSON.stringify(method)},"params":${params || '{}'}}`;
    return this.#frames.headers(this.#profile, text);
  }

  /** Sends what is written, over the connection with that id in the log. */
  async send(conn: string, extra = this.extras.wire): Promise<void> {
    if (this.problem !== '') return;
    this.trouble = '';
    this.flush();
    const { written } = this;
    if (written.mode === 'frame') {
      this.#sendFrame(written, written.frame);
    } else if (written.notification) {
      const draft = await this.#draft(true, written.method);
      if (draft) this.#sendFrame({ ...written, wait: 0 }, draft.frame);
    } else {
      const run = this.#runs.run(
        {
          profile: this.#profile,
          tool: written.method,
          index: 0,
          args: written.params,
          force: false,
          ...(written.headers.length > 0 ? { headers: [...written.headers] } : {}),
          ...(extra ? { extra } : {}),
        },
        conn,
      );
      this.#add(new Sent(run.call, written, run.started, run));
    }
  }

  #sendFrame(written: Written, frame: string): void {
    const call = this.#prefix + String(++this.#last);
    const sent = new Sent(call, written, Date.now(), null);
    this.#add(sent);
    const input = { call, profile: this.#profile, frame, headers: [...written.headers], wait: written.wait };
    this.#frames.send(input).then(
      (out) => (sent.out = out),
      (error: unknown) => (sent.fault = this.#frames.faultOf(error)),
    );
  }

  #add(sent: Sent): void {
    this.#before = this.shown;
    this.#chosen = sent;
    const all = [sent, ...this.history];
    this.history = all.filter((s, i) => i < maxRequests || s.state === 'running');
    this.#keep();
  }

  /** Sends one again, as it was. */
  resend(sent: Sent, conn: string): Promise<void> {
    this.putBack(sent);
    return this.send(conn, sent.run?.extra);
  }

  /** Takes one off the list; the traffic stays. */
  remove(sent: Sent): void {
    this.history = this.history.filter((s) => s !== sent);
    if (this.#chosen === sent) this.#chosen = this.#before = null;
    this.#keep();
  }

  removeAll(): void {
    this.history = this.history.filter((s) => s.state === 'running');
    this.#chosen = this.history[0] ?? null;
    this.#before = null;
    this.#keep();
  }

  #keep(): void {
    saveKept(
      this.#store,
      this.#profile,
      this.history.map(({ written, started }) => ({ written, at: started })),
    );
  }

  cancel(sent: Sent): void {
    if (sent.run) void this.#runs.cancel(sent.run);
    else void this.#frames.cancel(sent.key).catch(() => undefined); // it tells by itself that it ended
  }

  /** Shows one that was sent, and puts it back to be sent again. */
  putBack(sent: Sent): void {
    this.#chosen = sent;
    this.#before = null;
    const { written } = sent;
    this.#mode = written.mode;
    this.#method = written.method;
    this.#text = written.params;
    if (written.mode === 'frame') this.#frame = written.frame;
    this.notification = written.notification;
    this.headers = written.headers;
    if (written.mode === 'frame') this.wait = written.wait;
    this.#offered = this.#made = '';
    this.#changed();
  }

  /** Keeps what is written now. Params that are no JSON, and secrets in them, are not kept. */
  flush(): void {
    clearTimeout(this.#timer);
    const params: JsonNode | undefined = this.#parsed?.ok ? this.#parsed.node : undefined;
    const kept = [
      member('method', stringNode(this.#method)),
      ...(params ? [member('params', params)] : []),
      ...(this.#mode === 'frame' ? [member('mode', stringNode('frame'))] : []),
      ...(this.#frame !== '' && holdsNoSecret(this.#frame) ? [member('frame', stringNode(this.#frame))] : []),
      ...(this.notification ? [member('notification', booleanNode(true))] : []),
    ];
    const any = this.#method !== '' || params !== undefined || this.#frame !== '';
    this.#drafts.save(this.#profile, draftName, any ? objectNode(kept) : undefined, null);
  }

  #changed(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), pause);
  }
}
