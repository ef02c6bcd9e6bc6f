import type { app, core, profile } from '../../../wailsjs/go/models';
import type { Backend } from '../backend';
import { AppError } from '../error';
import type { BodyBytes, BodyPart, Connection, EventName, ExportForm } from '../types';
import { fillPast } from './fill';
import { fakeExport, fakeImport, fakeTyped } from './imports';
import { FakeLog } from './log';
import { FakeCalls } from './calls';
import {
  capabilities,
  fakeChallenge,
  fakeCertificate,
  fakeError,
  fakeProfiles,
  httpSteps,
  stdioSteps,
} from './servers';
import { fakeTools } from './tools';

interface Options {
  /** How many times faster than life steps and calls go. */
  speed?: number;
  /** Calls in the log at the start. */
  past?: number;
  /** No servers, no connections: the first run of an empty folder. */
  empty?: boolean;
}

/** The program in memory: what it answers is made up, how it answers is the real one's way. */
export class FakeBackend implements Backend {
  readonly #listeners = new Map<EventName, Set<(rev: number) => void>>();
  readonly #connections = new Map<string, Connection>();
  readonly #running = new Map<string, AbortController>();
  readonly #deleted = new Map<string, { server: profile.Profile; at: number }>();
  readonly #confirmed = new Set(['open', 'files']);
  /** Servers that were connected before. */
  readonly #ran = new Set(['open', 'search']);
  readonly #kept = new Map<string, Set<string>>([
    ['files', new Set(['env:API_TOKEN'])],
    ['search', new Set(['header:Authorization'])],
  ]);
  readonly #log = new FakeLog((rev) => this.emit('traffic', rev));
  readonly #calls: FakeCalls;
  readonly #speed: number;
  #profiles: profile.Profile[];
  #temporary: string[] = [];
  #rev = 0;
  #ids = 0;

  /** What to change for a test or a look at a state. */
  fileError = '';
  keychain: core.KeychainState = {
    state: 'available',
    name: 'Secret Service (gnome-keyring)',
    text: 'Secrets are kept in the keychain.',
  };
  readonly copied: string[] = [];
  readonly opened: string[] = [];

  constructor({ speed = 1, past = 220, empty = false }: Options = {}) {
    this.#speed = speed;
    this.#profiles = empty ? [] : fakeProfiles();
    this.#calls = new FakeCalls(
      this.#log,
      (event) => this.emit(event, ++this.#rev),
      (ms, signal) => this.#wait(ms, signal),
    );
    if (empty) return;
    fillPast(this.#log, past);
    for (const p of this.#profiles) this.#set(p.id, {});
    this.#stand();
  }

  /** Tells the listeners of an event, as Go does. */
  emit(event: EventName, rev: number): void {
    for (const call of this.#listeners.get(event) ?? []) call(rev);
  }

  on(event: EventName, call: (rev: number) => void): () => void {
    const all = this.#listeners.get(event) ?? new Set();
    this.#listeners.set(event, all.add(call));
    return () => void all.delete(call);
  }

  hello(): Promise<app.Hello> {
    return Promise.resolve({
      token: 'fake',
      version: '0.1.0-fake',
      platform: 'linux',
      data: '/home/me/.config/Sightglass',
    });
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  openLink(url: string): Promise<void> {
    this.opened.push(url);
    return Promise.resolve();
  }

  copy(text: string): Promise<void> {
    this.copied.push(text);
    return Promise.resolve();
  }

  // Servers.

  servers(): Promise<core.ServerList> {
    return Promise.resolve({
      profiles: structuredClone(this.#profiles),
      temporary: [...this.#temporary],
      file: '/home/me/.config/Sightglass/profiles.json',
      fileError: this.fileError,
      keychain: this.keychain,
    });
  }

  saveServer(server: profile.Profile, secrets: core.SecretInput[]): Promise<profile.Profile> {
    if (!server.name.trim()) return refuse('name: it is empty');
    const saved = { ...structuredClone(server), id: server.id || this.#id() };
    const at = this.#profiles.findIndex((p) => p.id === saved.id);
    if (at < 0) this.#profiles.push(saved);
    else this.#profiles[at] = saved;
    if (!this.#connections.has(saved.id)) this.#set(saved.id, {});
    this.#confirmed.delete(saved.id);
    this.#keepSecrets(saved.id, secrets);
    this.emit('servers', ++this.#rev);
    return Promise.resolve(structuredClone(saved));
  }

  duplicateServer(id: string): Promise<profile.Profile> {
    const copy = structuredClone(this.#profile(id));
    delete copy.sample;
    return this.saveServer({ ...copy, id: '', name: `${copy.name} copy` }, []);
  }

  deleteServer(id: string): Promise<void> {
    const at = this.#profiles.findIndex((p) => p.id === id);
    this.#deleted.set(id, { server: this.#profile(id), at });
    this.#profiles.splice(at, 1);
    this.#set(id, { phase: 'disconnected' });
    this.emit('servers', ++this.#rev);
    return Promise.resolve();
  }

  restoreServer(id: string): Promise<void> {
    const gone = this.#deleted.get(id);
    if (!gone) return refuse('it was not deleted in this run');
    this.#profiles.splice(gone.at, 0, gone.server);
    this.emit('servers', ++this.#rev);
    return Promise.resolve();
  }

  reorderServers(ids: string[]): Promise<void> {
    const known = new Map(this.#profiles.map((p) => [p.id, p]));
    this.#profiles = ids.flatMap((id) => known.get(id) ?? []);
    this.emit('servers', ++this.#rev);
    return Promise.resolve();
  }

  secrets(id: string): Promise<core.SecretState[]> {
    const p = this.#profile(id);
    const placeholders = [p.command, p.url, ...(p.args ?? [])].flatMap((text) =>
      [...(text ?? '').matchAll(/\$\{secret:([^}]+)\}/g)].map((m) => `secret:${m[1] ?? ''}`),
    );
    const names = [
      ...(p.env ?? []).filter((v) => v.secret).map((v) => `env:${v.name}`),
      ...(p.headers ?? []).filter((v) => v.secret).map((v) => `header:${v.name}`),
      ...placeholders,
    ];
    const where = this.keychain.state === 'available' ? 'keychain' : 'memory';
    return Promise.resolve(names.map((name) => ({ name, stored: this.#kept.get(id)?.has(name) ? where : 'missing' })));
  }

  setSecrets(id: string, secrets: core.SecretInput[]): Promise<void> {
    this.#keepSecrets(id, secrets);
    return Promise.resolve();
  }

  typed(text: string): Promise<core.Typed> {
    return Promise.resolve(fakeTyped(text));
  }

  async useTyped(text: string): Promise<profile.Profile> {
    const { profile: p, problem } = fakeTyped(text);
    if (problem) return refuse(problem);
    const saved = await this.saveServer(p, []);
    this.#temporary.push(saved.id);
    if (saved.transport === 'stdio') this.#confirmed.delete(saved.id);
    this.emit('servers', ++this.#rev);
    return saved;
  }

  keepServer(id: string): Promise<profile.Profile> {
    this.#temporary = this.#temporary.filter((t) => t !== id);
    this.emit('servers', ++this.#rev);
    return Promise.resolve(structuredClone(this.#profile(id)));
  }

  async launch(id: string): Promise<core.Launch> {
    const p = this.#profile(id);
    const missing = (await this.secrets(id)).filter((s) => s.stored === 'missing');
    const found = p.sample ? '/opt/sightglass/sightglass' : p.command === 'npx' ? '/usr/local/bin/npx' : '';
    return {
      profile: id,
      hash: `hash-${id}`,
      confirmed: p.transport !== 'stdio' || this.#confirmed.has(id),
      command: p.command ?? (p.sample ? 'sightglass' : ''),
      program: p.transport === 'stdio' ? found || `/home/me/.local/bin/${p.command ?? ''}` : '',
      searched: ['/home/me/.local/bin', '/usr/local/bin', '/usr/bin', '/bin'],
      args: p.args ?? [],
      envNames: (p.env ?? []).map((v) => v.name),
      cwd: p.cwd ?? '',
      url: p.url ?? '',
      missing,
      problem: '',
    };
  }

  confirmLaunch(id: string, hash: string): Promise<void> {
    if (hash !== `hash-${id}` && hash !== 'hash-typed') return refuse('the command has changed since it was shown');
    this.#confirmed.add(id);
    return Promise.resolve();
  }

  trust(id: string, fingerprint: string): Promise<void> {
    const p = this.#profile(id);
    if (this.#connections.get(id)?.err?.fingerprint !== fingerprint) return refuse('that certificate was not shown');
    p.trust = [...(p.trust ?? []), fingerprint];
    this.emit('servers', ++this.#rev);
    return Promise.resolve();
  }

  readImport(text: string): Promise<core.ImportPreview> {
    return Promise.resolve(fakeImport(text, this.#profiles));
  }

  openImport(): Promise<core.ImportPreview> {
    return this.readImport(
      '{"mcpServers":{"github":{"command":"npx","args":["-y","@modelcontextprotocol/server-github"],"env":{"GITHUB_TOKEN":"ghp_x"}}}}',
    );
  }

  async acceptImport(preview: core.ImportPreview): Promise<profile.Profile[]> {
    const all: profile.Profile[] = [];
    for (const item of preview.items) {
      if (!item.skip) all.push(await this.saveServer({ ...item.profile, id: item.replace ? item.conflict : '' }, []));
    }
    return all;
  }

  exportText(ids: string[], form: ExportForm): Promise<string> {
    return Promise.resolve(
      fakeExport(
        this.#profiles.filter((p) => ids.includes(p.id)),
        form,
      ),
    );
  }

  exportFile(): Promise<string> {
    return Promise.resolve('/home/me/mcp.json');
  }

  // Connections.

  connections(after: number): Promise<Connection[]> {
    return Promise.resolve([...this.#connections.values()].filter((c) => c.rev > after).map((c) => structuredClone(c)));
  }

  async connect(id: string): Promise<void> {
    const p = this.#profile(id);
    const launch = await this.launch(id);
    if (!launch.confirmed) return refuse('the command was not confirmed');
    if (launch.missing.length > 0)
      return refuse(`secrets are missing: ${launch.missing.map((m) => m.name).join(', ')}`);
    void this.#run(p);
  }

  disconnect(id: string): Promise<void> {
    this.#running.get(id)?.abort();
    const before = this.#connections.get(id)?.phase;
    const steps = this.#connections.get(id)?.steps ?? [];
    this.#set(id, { phase: 'disconnected', ...(before === 'connecting' ? { steps } : {}) });
    return Promise.resolve();
  }

  questions(id: string): Promise<core.Question[]> {
    return Promise.resolve(this.#calls.questions(id));
  }

  answer(answer: core.Answer): Promise<void> {
    this.#calls.answer(answer);
    return Promise.resolve();
  }

  // Tools.

  tools(id: string): Promise<core.ToolList> {
    if (this.#connections.get(id)?.phase !== 'connected') return refuse('not connected', 'closed');
    const tools = fakeTools.map((t, index): core.Tool => ({
      index,
      name: t.name,
      title: t.title ?? '',
      summary: t.description.slice(0, 200),
      ...(t.annotations?.readOnlyHint === undefined ? {} : { readOnly: t.annotations.readOnlyHint === true }),
      ...(t.annotations?.destructiveHint === undefined ? {} : { destructive: t.annotations.destructiveHint === true }),
    }));
    return Promise.resolve({ tools, pages: 1, seqs: [5], at: Date.now() * 1000, findings: [] });
  }

  async tool(id: string, index: number): Promise<core.ToolDetail> {
    const tool = (await this.tools(id)).tools[index];
    const whole = fakeTools[index];
    if (!tool || !whole) return refuse(`there is no tool ${index}`);
    return {
      tool,
      description: whole.description,
      inputSchema: JSON.stringify(whole.inputSchema),
      outputSchema: whole.outputSchema ? JSON.stringify(whole.outputSchema) : '',
      raw: JSON.stringify(whole),
    };
  }

  check(input: core.RunInput): Promise<core.Problem[]> {
    return Promise.resolve(this.#calls.check(input));
  }

  run(input: core.RunInput): Promise<core.RunOutput> {
    const conn = this.#connections.get(input.profile)?.conn ?? '';
    return this.#calls.run(input, conn);
  }

  requestRaw(input: core.RequestInput): Promise<core.RunOutput> {
    return this.#calls.request(input, this.#connections.get(input.profile)?.conn ?? '');
  }

  cancelCall(call: string): Promise<void> {
    this.#calls.cancel(call);
    return Promise.resolve();
  }

  calls(id: string): Promise<core.CallState[]> {
    return Promise.resolve(this.#calls.states(id));
  }

  // Traffic.

  page(after: number, limit: number): ReturnType<Backend['page']> {
    return Promise.resolve(this.#log.page(after, limit));
  }

  match(text: string, after: number, limit: number): Promise<core.Match> {
    return Promise.resolve(this.#log.match(text, after, limit));
  }

  exchange(seq: number): ReturnType<Backend['exchange']> {
    return new Promise((resolve) => resolve(this.#log.exchange(seq)));
  }

  body(seq: number, part: BodyPart, offset: number, length: number): Promise<BodyBytes> {
    return Promise.resolve(this.#log.body(seq, part, offset, length));
  }

  reveal(): Promise<string> {
    return Promise.resolve('tok_4f8a1c');
  }

  clearTraffic(): Promise<void> {
    this.#log.clear();
    return Promise.resolve();
  }

  // Inner workings.

  #id(): string {
    return `fake${++this.#ids}`;
  }

  #profile(id: string): profile.Profile {
    const found = this.#profiles.find((p) => p.id === id);
    if (!found) throw new AppError({ kind: 'input', message: `there is no server ${id}` });
    return found;
  }

  #keepSecrets(id: string, secrets: core.SecretInput[]): void {
    const kept = this.#kept.get(id) ?? new Set();
    for (const s of secrets) {
      if (s.clear) kept.delete(s.name);
      else if (s.value) kept.add(s.name);
    }
    this.#kept.set(id, kept);
  }

  #wait(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      setTimeout(resolve, ms / this.#speed);
      signal?.addEventListener('abort', () => resolve());
    });
  }

  #set(id: string, change: Partial<Connection>): void {
    const now = Date.now() * 1000;
    const old = this.#connections.get(id);
    const fresh: Connection = {
      profile: id,
      conn: old?.conn ?? `c-${id}`,
      rev: 0,
      phase: 'disconnected',
      steps: [],
      started: now,
      since: now,
      took: 0,
      transport: '',
      era: '',
      version: '',
      sessionID: '',
      serverInfo: '',
      capabilities: '',
      client: '',
      instructions: '',
      how: '',
      pid: 0,
      latency: 0,
      questions: 0,
      calls: 0,
      toolsChanged: false,
      noise: '',
    };
    const keep = change.phase === undefined && old ? old : fresh;
    this.#connections.set(id, { ...keep, ...change, rev: ++this.#rev });
    this.emit('connections', this.#rev);
  }

  /** The states the window opens with. */
  #stand(): void {
    this.#set('open', { ...this.#connectedAs('open', 'stdio'), questions: 0 });
    this.#set('search', { ...this.#connectedAs('search', 'http'), toolsChanged: true });
    this.#set('protected', {
      phase: 'refused',
      transport: 'http',
      steps: [step('probe server/discover', 'failed', 'HTTP 401', 38)],
      err: fakeError({
        server: 'Protected sample',
        kind: 'auth',
        step: 'probe server/discover',
        message: 'the server refused the request with 401 Unauthorized',
        status: 401,
        challenge: fakeChallenge(),
      }),
    });
    this.#set('broken', {
      phase: 'failed',
      transport: 'stdio',
      steps: [
        step('look up the program', 'done', '/home/me/.local/bin/uvx', 31),
        step('start process', 'failed', 'exit status 1', 840),
      ],
      err: brokenError(),
    });
    this.#set('slow', {
      phase: 'connecting',
      transport: 'http',
      steps: [
        step('resolve the name', 'skipped', 'an address', 0),
        { ...step('probe server/discover', 'running', '', 0), started: Date.now() * 1000 - 2_400_000 },
      ],
    });
  }

  #connectedAs(id: string, transport: string): Partial<Connection> {
    const steps = (transport === 'stdio' ? stdioSteps : httpSteps).map(([name, text, ms]) =>
      step(name, 'done', text, ms),
    );
    return {
      phase: 'connected',
      conn: `c-${id}`,
      transport,
      steps,
      took: steps.reduce((sum, s) => sum + s.took, 0),
      era: 'legacy',
      version: transport === 'stdio' ? '2025-11-25' : '2025-06-18',
      sessionID: transport === 'http' ? '‹session #91bc›' : '',
      serverInfo: JSON.stringify({
        name: 'sightglass-sample',
        title: 'Sample server',
        version: '0.1.0',
        websiteUrl: 'https://modelcontextprotocol.io/specification',
      }),
      capabilities: JSON.stringify(capabilities),
      client: JSON.stringify({ elicitation: { form: {}, url: {} }, roots: { listChanged: true }, sampling: {} }),
      instructions: 'Every tool shows one kind of argument or result.\nStart with echo.',
      how: 'server/discover was answered with -32601, so initialize was sent; the server took the version that was asked for.',
      pid: transport === 'stdio' ? 48213 : 0,
      latency: 3_840,
    };
  }

  async #run(p: profile.Profile): Promise<void> {
    const stop = new AbortController();
    this.#running.get(p.id)?.abort();
    this.#running.set(p.id, stop);
    if (this.#ran.has(p.id)) {
      this.#log.append({ conn: `c-${p.id}`, kind: 'lifecycle', note: `restarted ${p.name}` });
    }
    this.#ran.add(p.id);
    const plan = p.transport === 'stdio' ? stdioSteps : httpSteps;
    const steps: core.Step[] = [];
    this.#set(p.id, { phase: 'connecting', transport: p.transport, steps: [] });
    for (const [name, text, ms] of plan) {
      steps.push({ ...step(name, 'running', '', 0), started: Date.now() * 1000 });
      this.#set(p.id, { steps: structuredClone(steps) });
      await this.#wait(ms * 3, stop.signal);
      if (stop.signal.aborted) return;
      steps[steps.length - 1] = step(name, 'done', text, ms);
    }
    if (p.id === 'protected') {
      this.#set(p.id, {
        phase: 'refused',
        steps,
        err: fakeError({ kind: 'auth', status: 401, message: 'refused', challenge: fakeChallenge() }),
      });
    } else if (p.id === 'broken') this.#set(p.id, { phase: 'failed', steps, err: brokenError() });
    else if (p.id === 'legacy' && !p.trust?.length) this.#set(p.id, { phase: 'failed', steps, err: fakeCertificate() });
    else this.#set(p.id, { ...this.#connectedAs(p.id, p.transport), steps });
    if (p.id === 'files') this.#set(p.id, { noise: '"Listening on port 3000 …"' });
  }
}

function refuse(message: string, kind = 'input'): Promise<never> {
  return Promise.reject(new AppError({ kind, message }));
}

function step(name: string, state: string, text: string, ms: number): core.Step {
  return { name, state, text, started: Date.now() * 1000 - ms * 1000, took: ms * 1000, entries: [1] };
}

function brokenError(): core.Error {
  return fakeError({
    server: 'my server',
    kind: 'closed',
    step: 'start process',
    message: 'uvx my-mcp-server ended with exit status 1 before it answered',
    hint: 'The last lines of its standard error say why. Start the same command in a terminal to try a fix.',
    detail: [
      'Traceback (most recent call last):',
      '  File "/home/me/.cache/uv/archive-v0/aB3/bin/my-mcp-server", line 4, in <module>',
      '    from my_mcp_server import main',
      "ModuleNotFoundError: No module named 'httpx'",
    ].join('\n'),
    entries: [1, 2],
  });
}
