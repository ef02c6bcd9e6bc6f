import { AppBridge, type McpUiHostContext } from '@modelcontextprotocol/ext-apps/app-bridge';
import type { AppError, Backend, core } from '../backend';
import { pieces, readLink } from '../lib/appInput';
import { filesOf, type AppFile } from './appFiles';
import { Asks } from './appAsks.svelte';
import { AppLines } from './appLines.svelte';
import { AppRecorder, AppWire, maxDropped } from './appWire';
import { capabilities, hostContext } from './hostContext';

/** What a running app needs of the backend. */
export interface AppSource extends Pick<
  Backend,
  'askForApp' | 'recordApp' | 'closeApp' | 'appReports' | 'cancelCall' | 'openLink' | 'saveAppFile'
> {
  onApps(call: () => void): () => void;
  faultOf(error: unknown): AppError['fault'];
}

/** What an app is opened with. */
export interface AppStart {
  readonly tool: string;
  readonly args: Readonly<Record<string, unknown>>;
  /** The arguments come in pieces at first, as a model writes them. */
  readonly inPieces: boolean;
  /** The recorded result of a call that was made before, JSON text: the tool is not called again. */
  readonly result?: string | undefined;
  /** The version of the program. */
  readonly version: string;
  /** Whether the server's list keeps a tool from its apps. */
  readonly modelOnly: (tool: string) => boolean;
}

export type AppPhase = 'loading' | 'ready' | 'ended';

/** Tallest an app gets that stands in the page, in CSS pixels. */
const maxHeight = 4000;
/** Milliseconds after which a new size is told, when none follows. */
const settled = 120;
/** Milliseconds an app has to say farewell. */
const farewell = 500;

/** A failure an app is told of, with the code of JSON-RPC. */
class Refused extends Error {
  readonly code: number;
  readonly data: unknown;
  constructor(message: string, code = -32000, data?: unknown) {
    super(message);
    this.code = code;
    this.data = data;
  }
}

let calls = 0;

/** An id for a call on behalf of an app. */
export function appCall(): string {
  return `app-${Date.now().toString(36)}-${String(++calls)}`;
}

/** An MCP App that is open: the host's side of MCP Apps 2026-01-26, and what is shown of it. */
export class RunningApp {
  readonly app: core.App;
  readonly start: AppStart;
  readonly asks: Asks;
  readonly lines = new AppLines();
  readonly #source: AppSource;
  readonly #recorder: AppRecorder;
  readonly #bridge: AppBridge;
  #wire: AppWire | undefined;
  #width = 0;
  #resized: ReturnType<typeof setTimeout> | undefined;
  #room = 0;

  phase = $state<AppPhase>('loading');
  /** Why it ended, or what of it failed. */
  problem = $state('');
  mode = $state<'inline' | 'fullscreen'>('inline');
  /** Height it asked for, in CSS pixels; 0: none yet. */
  height = $state(0);
  name = $state('');
  /** What it wants a model to know, JSON text; empty: nothing. */
  context = $state('');
  blocked = $state.raw<readonly core.AppBlocked[]>([]);
  blockedMore = $state(0);
  limits = $state.raw<readonly string[]>([]);
  /** The call of the tool it shows: running, done, failed, cancelled; empty: none yet. */
  call = $state<'' | 'running' | 'done' | 'failed' | 'cancelled'>('');
  entries = $state.raw<readonly number[]>([]);
  #over = false;
  #callId = '';
  #stop: (() => void) | undefined;

  constructor(source: AppSource, app: core.App, start: AppStart) {
    this.#source = source;
    this.app = app;
    this.start = start;
    this.entries = [app.request, app.seq].filter((seq) => seq > 0);
    this.#recorder = new AppRecorder((messages) => source.recordApp({ app: app.id, messages }));
    this.asks = new Asks();
    this.#bridge = new AppBridge(null, { name: 'Sightglass', version: start.version }, capabilities(app), {
      hostContext: this.#hostContext(),
    });
    this.#serve();
  }

  /** Joins the frame that shows the app, before it loads; the returned function closes the app. */
  attach(frame: HTMLIFrameElement): () => void {
    this.#wire = new AppWire(frame, this.app.maxChars, {
      record: (message) => this.#recorder.add(message),
      limit: (text) => this.#limit(text),
      blocked: (directive, what) =>
        this.#deny(`${directive}: ${what || 'a navigation'}`, 'blocked in the page around the app'),
      reloaded: () => this.lines.add('refused', 'warning', 'The app loaded itself anew, or tried to go elsewhere.'),
    });
    void this.#bridge.connect(this.#wire);
    this.#stop = this.#source.onApps(() => void this.#pull());
    const theme = matchMedia('(prefers-color-scheme: dark)');
    const changed = (): void => this.#tell();
    theme.addEventListener('change', changed);
    return () => {
      theme.removeEventListener('change', changed);
      void this.close('The app was closed.');
    };
  }

  /** The room for the app, in CSS pixels. */
  resize(width: number, height: number): void {
    if (Math.round(width) === this.#width && Math.round(height) === this.#room) return;
    [this.#width, this.#room] = [Math.round(width), Math.round(height)];
    // A pane that is dragged changes with every frame.
    clearTimeout(this.#resized);
    this.#resized = setTimeout(() => this.#tell(), settled);
  }

  setMode(mode: 'inline' | 'fullscreen'): void {
    this.mode = mode;
    this.#tell();
  }

  /** Asks the app to make ready for its end, and takes it away. */
  async close(why: string): Promise<void> {
    // Not the phase: a state that is read while its reader is torn down says what it was before.
    if (this.#over) return;
    this.#over = true;
    const alive = this.phase === 'ready';
    this.phase = 'ended';
    this.problem = why;
    clearTimeout(this.#resized);
    this.asks.end();
    this.#stop?.();
    if (this.call === 'running') void this.#source.cancelCall(this.#callId).catch(() => undefined);
    if (alive) await this.#bridge.teardownResource({}, { timeout: farewell }).catch(() => undefined);
    await this.#recorder.flush();
    await this.#bridge.close();
    await this.#source.closeApp(this.app.id).catch(() => undefined);
  }

  /** Ends the call of the tool that the app shows. */
  cancel(): void {
    void this.#source.cancelCall(this.#callId).catch(() => undefined);
  }

  #hostContext(): McpUiHostContext {
    return hostContext(this.app.toolRaw, this.start.version, this.mode, this.#width, this.#room, maxHeight);
  }

  #tell(): void {
    if (this.phase !== 'ended') this.#bridge.setHostContext(this.#hostContext());
  }

  #serve(): void {
    const b = this.#bridge;
    b.addEventListener('initialized', () => void this.#begin());
    b.addEventListener('sizechange', ({ height }) => {
      if (height !== undefined && Number.isFinite(height))
        this.height = Math.min(Math.max(Math.round(height), 1), maxHeight);
    });
    b.addEventListener('loggingmessage', ({ level, data, logger }) => {
      this.lines.add(
        'log',
        level,
        (logger ? `${logger}: ` : '') + (typeof data === 'string' ? data : JSON.stringify(data)),
      );
    });
    b.addEventListener('requestteardown', () => void this.close('The app asked to be closed.'));
    b.onmessage = ({ role, content }) => {
      this.lines.add('messages', role, content.map((c) => (c.type === 'text' ? c.text : JSON.stringify(c))).join('\n'));
      return Promise.resolve({});
    };
    b.onupdatemodelcontext = (params) => {
      this.context = JSON.stringify(params, null, 2);
      return Promise.resolve({});
    };
    b.onrequestdisplaymode = ({ mode }) => {
      if (mode === 'inline' || mode === 'fullscreen') this.setMode(mode);
      return Promise.resolve({ mode: this.mode });
    };
    b.onopenlink = async ({ url }) => ({ isError: !(await this.#openLink(url)) });
    b.ondownloadfile = async ({ contents }) => ({ isError: !(await this.#download(contents)) });
    b.oncalltool = async (params, { mcpReq }) => {
      await this.#mayCall(params.name, params.arguments ?? {});
      if (mcpReq.signal.aborted) throw new Refused('cancelled');
      return (await this.#ask('tools/call', params, mcpReq.signal)) as never;
    };
    b.onreadresource = async (params, { mcpReq }) =>
      (await this.#ask('resources/read', params, mcpReq.signal)) as never;
    b.onlistresources = async (params, { mcpReq }) =>
      (await this.#ask('resources/list', params, mcpReq.signal)) as never;
    b.onlistresourcetemplates = async (params, { mcpReq }) =>
      (await this.#ask('resources/templates/list', params, mcpReq.signal)) as never;
    b.onlistprompts = async (params, { mcpReq }) => (await this.#ask('prompts/list', params, mcpReq.signal)) as never;
  }

  /** The app is ready: it gets the arguments and the result of its tool. */
  async #begin(): Promise<void> {
    if (this.phase !== 'loading') return;
    this.phase = 'ready';
    this.name = this.#bridge.getAppVersion()?.name ?? '';
    if (this.start.inPieces) {
      for (const part of pieces(this.start.args)) {
        await this.#bridge.sendToolInputPartial({ arguments: part });
        await new Promise((done) => setTimeout(done, 80));
      }
    }
    await this.#bridge.sendToolInput({ arguments: this.start.args });
    if (this.start.result === undefined) return this.callTool();
    this.call = 'done';
    await this.#bridge.sendToolResult(JSON.parse(this.start.result) as never);
  }

  /** Calls the tool that the app shows and hands it the result. */
  async callTool(): Promise<void> {
    this.#callId = appCall();
    this.call = 'running';
    const { tool, args } = this.start;
    try {
      const result = await this.#request('tools/call', { name: tool, arguments: args }, this.#callId, true);
      this.call = 'done';
      await this.#bridge.sendToolResult(result as never);
    } catch (thrown) {
      const why = thrown instanceof Error ? thrown.message : String(thrown);
      this.call = thrown instanceof Refused && thrown.data === 'cancelled' ? 'cancelled' : 'failed';
      this.problem = why;
      await this.#bridge.sendToolCancelled({ reason: why }).catch(() => undefined);
    }
  }

  /** Lets a tool be called, or throws: the list says no, or the user does. */
  async #mayCall(tool: string, args: object): Promise<void> {
    if (this.start.modelOnly(tool)) {
      this.#deny(`tools/call ${tool}`, 'its visibility lacks “app”');
      throw new Refused(`the tool ${tool} is not for apps: its visibility lacks "app"`);
    }
    const why = await this.asks.ask({
      kind: 'tool',
      title: 'The app wants to call a tool',
      subject: tool,
      detail: JSON.stringify(args, null, 2),
      yes: 'Call it',
      always: 'Allow this tool for this app',
    });
    if (why === '') return;
    this.#deny(`tools/call ${tool}`, why);
    throw new Refused(`the user refused the call of ${tool}`);
  }

  async #ask(method: string, params: object | undefined, signal: AbortSignal): Promise<unknown> {
    const call = appCall();
    const cancel = (): void => void this.#source.cancelCall(call).catch(() => undefined);
    signal.addEventListener('abort', cancel);
    try {
      return await this.#request(method, params ?? {}, call, false);
    } finally {
      signal.removeEventListener('abort', cancel);
    }
  }

  /** Sends a request to the server; rejects with what the app is told. */
  async #request(method: string, params: object, call: string, host: boolean): Promise<unknown> {
    await this.#recorder.flush();
    let answer: core.AppAnswer;
    try {
      answer = await this.#source.askForApp({
        app: this.app.id,
        call,
        method,
        params: JSON.stringify(ownMeta(params)),
        host,
      });
    } catch (thrown) {
      throw new Refused(this.#source.faultOf(thrown).message);
    }
    this.entries = [...this.entries, ...[answer.request, answer.seq].filter((seq) => seq > 0)].slice(-200);
    if (answer.rpc) {
      const { code, message, data } = JSON.parse(answer.rpc) as { code: number; message: string; data?: unknown };
      throw new Refused(message, code, data);
    }
    if (answer.err) {
      if (!host) this.#deny(method, answer.err.message);
      throw new Refused(answer.err.message, -32000, answer.err.kind === 'cancelled' ? 'cancelled' : undefined);
    }
    return JSON.parse(answer.result) as unknown;
  }

  async #openLink(url: string): Promise<boolean> {
    const link = readLink(url);
    if (!link.ok) {
      this.#deny(`link ${url.slice(0, 200)}`, link.why);
      return false;
    }
    const why = await this.asks.ask({
      kind: 'link',
      title: 'The app wants to open a link in your browser',
      subject: link.host,
      detail: link.href,
      yes: 'Open it',
    });
    if (why !== '') {
      this.#deny(`link ${link.href.slice(0, 200)}`, why);
      return false;
    }
    return this.#source.openLink(link.href).then(
      () => true,
      (thrown: unknown) => {
        this.#deny(`link ${link.href.slice(0, 200)}`, this.#source.faultOf(thrown).message);
        return false;
      },
    );
  }

  async #download(contents: Parameters<typeof filesOf>[0]): Promise<boolean> {
    let files: AppFile[];
    try {
      files = await filesOf(contents, async (uri) => await this.#request('resources/read', { uri }, appCall(), false));
    } catch (thrown) {
      this.#deny('a download', thrown instanceof Error ? thrown.message : String(thrown));
      return false;
    }
    const why = await this.asks.ask({
      kind: 'file',
      title: 'The app wants to save files',
      subject: files.map((f) => f.name).join(', '),
      detail: files.map((f) => `${f.name}, ${f.mime || 'no type'}, ${String(f.size)} bytes`).join('\n'),
      yes: 'Choose where',
    });
    if (why !== '') {
      this.#deny('a download', why);
      return false;
    }
    let saved = 0;
    for (const file of files) {
      if (await this.#source.saveAppFile(file.name, file.data).catch(() => '')) saved++;
    }
    return saved === files.length;
  }

  #deny(what: string, why: string): void {
    this.lines.add('refused', 'warning', `${what}: ${why}`);
    this.#recorder.note(`refused to the app: ${what}: ${why}`);
  }

  #limit(text: string): void {
    if (!this.limits.includes(text)) {
      this.limits = [...this.limits, text].slice(-20);
      this.#recorder.note(`limit of the app: ${text}`);
    }
    if ((this.#wire?.dropped ?? 0) > maxDropped)
      void this.close(`The app was ended: it sent ${String(maxDropped)} messages over the limit.`);
  }

  async #pull(): Promise<void> {
    try {
      const { blocked, more } = await this.#source.appReports(this.app.id);
      this.blocked = blocked;
      this.blockedMore = more;
    } catch {
      // It was closed meanwhile.
      return;
    }
  }
}

/** Params without what is between the app and the window alone: the progress token of its request. */
function ownMeta(params: object): object {
  if (!('_meta' in params)) return params;
  const meta = { ...(params as { _meta: Record<string, unknown> })._meta };
  delete meta['progressToken'];
  return { ...params, _meta: meta };
}
