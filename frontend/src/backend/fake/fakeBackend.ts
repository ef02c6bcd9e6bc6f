import type { app, core, profile } from '../../../wailsjs/go/models';
import type { Backend } from '../backend';
import type { Connection, EventName, ExportForm } from '../types';
import { FakeCalls } from './calls';
import { FakeConnections } from './connections';
import { fillPast } from './fill';
import { FakeHub } from './hub';
import { fakeSuspects, fakeTyped } from './imports';
import { FakeLog } from './log';
import { fakeDraft, fakeHeaders } from './raw';
import { refuse } from './refuse';
import { FakeSaved } from './saved';
import { fakeProfiles } from './servers';
import { FakeSignIn } from './signIn';
import { fakeTool, fakeToolList } from './tools';
import { FakeTraffic } from './traffic';

interface Options {
  /** How many times faster than life steps and calls go. */
  speed?: number;
  /** Calls in the log at the start. */
  past?: number;
  /** No servers, no connections: the first run of an empty folder. */
  empty?: boolean;
}

/** The program in memory: what it answers is made up, how it answers is the real one's way. */
export class FakeBackend extends FakeTraffic implements Backend {
  readonly #hub: FakeHub;
  readonly #log: FakeLog;
  readonly #saved: FakeSaved;
  readonly #connections: FakeConnections;
  readonly #calls: FakeCalls;
  /** The sign-ins, to be put into any state. */
  readonly signIns: FakeSignIn;

  /** What changed in a launch since it was allowed; see FakeSaved. */
  get changed(): FakeSaved['changed'] {
    return this.#saved.changed;
  }
  readonly copied: string[] = [];
  readonly opened: string[] = [];

  constructor({ speed = 1, past = 220, empty = false }: Options = {}) {
    const profiles = empty ? [] : fakeProfiles();
    const hub = new FakeHub(speed);
    const log = new FakeLog((rev) => hub.emit('traffic', rev));
    const connections = new FakeConnections(hub, log);
    super(hub, log, connections);
    this.#hub = hub;
    this.#log = log;
    this.#saved = new FakeSaved(hub, profiles);
    this.#connections = connections;
    this.#calls = new FakeCalls(
      this.#log,
      (event) => hub.emit(event),
      (ms, signal) => hub.wait(ms, signal),
      this,
    );
    hub.on('questions', () => this.#countQuestions());
    this.signIns = new FakeSignIn(hub, (id) => this.#connections.let(this.#saved.get(id)));
    if (empty) return;
    fillPast(this.#log, past);
    for (const p of profiles) this.#connections.set(p.id, {});
    this.#connections.stand();
    this.signIns.refused('protected');
  }

  /** What to change for a test or a look at a state. */
  set fileError(problem: string) {
    this.#saved.fileError = problem;
  }

  set keychain(state: core.KeychainState) {
    this.#saved.keychain = state;
  }

  /** A refusal, or another fault, on a live connection. */
  banner(id: string, banner: core.Error): void {
    this.#connections.set(id, { banner });
  }

  emit(event: EventName, rev: number): void {
    this.#hub.emit(event, rev);
  }

  on(event: EventName, call: (rev: number) => void): () => void {
    return this.#hub.on(event, call);
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

  reloadServers(): Promise<core.ServerList> {
    return this.servers();
  }

  openFolder(): Promise<void> {
    this.opened.push('folder');
    return Promise.resolve();
  }

  copy(text: string): Promise<void> {
    this.copied.push(text);
    return Promise.resolve();
  }

  // Servers.

  servers(): Promise<core.ServerList> {
    return Promise.resolve(this.#saved.list());
  }

  async saveServer(server: profile.Profile, secrets: core.SecretInput[]): Promise<profile.Profile> {
    const saved = await this.#saved.save(server, secrets);
    if (!this.#connections.get(saved.id)) this.#connections.set(saved.id, {});
    return saved;
  }

  suspects(server: profile.Profile): Promise<core.Suspect[]> {
    return Promise.resolve(fakeSuspects(server));
  }

  duplicateServer(id: string): Promise<profile.Profile> {
    return this.saveServer(this.#saved.copyOf(id), []);
  }

  deleteServer(id: string): Promise<void> {
    this.#saved.remove(id);
    this.#connections.set(id, { phase: 'disconnected' });
    return Promise.resolve();
  }

  restoreServer(id: string): Promise<void> {
    return this.#saved.restore(id);
  }

  reorderServers(ids: string[]): Promise<void> {
    this.#saved.reorder(ids);
    return Promise.resolve();
  }

  secrets(id: string): Promise<core.SecretState[]> {
    return Promise.resolve(this.#saved.secrets(id));
  }

  setSecrets(id: string, secrets: core.SecretInput[]): Promise<void> {
    this.#saved.setSecrets(id, secrets);
    return Promise.resolve();
  }

  typed(text: string): Promise<core.Typed> {
    return Promise.resolve(fakeTyped(text));
  }

  async useTyped(text: string): Promise<profile.Profile> {
    const { profile: p, problem } = fakeTyped(text);
    if (problem) return refuse(problem);
    const saved = await this.saveServer(p, []);
    this.#saved.setTemporary(saved.id);
    return saved;
  }

  keepServer(id: string): Promise<profile.Profile> {
    return Promise.resolve(this.#saved.keep(id));
  }

  launch(id: string): Promise<core.Launch> {
    return new Promise((resolve) => resolve(this.#saved.launch(id)));
  }

  confirmLaunch(id: string, hash: string): Promise<void> {
    return this.#saved.confirm(id, hash);
  }

  trust(id: string, fingerprint: string): Promise<void> {
    if (this.#connections.get(id)?.err?.fingerprint !== fingerprint) return refuse('that certificate was not shown');
    this.#saved.trust(id, fingerprint);
    return Promise.resolve();
  }

  speak(id: string, version: string): Promise<void> {
    this.#saved.speak(id, version);
    return Promise.resolve();
  }

  readImport(text: string): Promise<core.ImportPreview> {
    return Promise.resolve(this.#saved.readImport(text));
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
    return Promise.resolve(this.#saved.exportText(ids, form));
  }

  exportFile(): Promise<string> {
    return Promise.resolve('/home/me/mcp.json');
  }

  // Connections.

  connections(after: number): Promise<Connection[]> {
    return Promise.resolve(this.#connections.after(after));
  }

  async connect(id: string): Promise<void> {
    const launch = await this.launch(id);
    if (!launch.confirmed) return refuse('the command was not confirmed');
    if (launch.missing.length > 0)
      return refuse(`secrets are missing: ${launch.missing.map((m) => m.name).join(', ')}`);
    void this.#connections.run(this.#saved.get(id));
  }

  disconnect(id: string): Promise<void> {
    this.#connections.disconnect(id);
    return Promise.resolve();
  }

  /** Tells each connection how many questions wait on it. */
  #countQuestions(): void {
    void this.inbox().then(({ questions }) => {
      for (const profile of new Set(questions.map((q) => q.profile))) {
        const waiting = questions.filter((q) => q.profile === profile && q.state === 'pending').length;
        const { questions: before } = this.#connections.get(profile) ?? { questions: 0 };
        if (before !== waiting) this.#connections.set(profile, { questions: waiting });
      }
    });
  }

  // Tools.

  tools(id: string): Promise<core.ToolList> {
    if (this.#connections.get(id)?.phase !== 'connected') return refuse('not connected', 'closed');
    return Promise.resolve({
      tools: fakeToolList(),
      pages: 1,
      more: false,
      cursor: '',
      seqs: [5],
      at: Date.now() * 1000,
      findings: [],
    });
  }

  async tool(id: string, index: number): Promise<core.ToolDetail> {
    await this.tools(id);
    return fakeTool(index) ?? refuse(`there is no tool ${index}`);
  }

  check(input: core.RunInput): Promise<core.Problem[]> {
    return Promise.resolve(this.#calls.check(input));
  }

  run(input: core.RunInput): Promise<core.RunOutput> {
    return this.#calls.run(input, this.#connections.get(input.profile)?.conn ?? '');
  }

  requestRaw(input: core.RequestInput): Promise<core.RunOutput> {
    return this.#calls.request(input, this.#connections.get(input.profile)?.conn ?? '');
  }

  rawDraft(input: core.RawDraftInput): Promise<core.RawDraft> {
    return Promise.resolve(fakeDraft(input));
  }

  rawHeaders(id: string): Promise<core.RawHeader[]> {
    return Promise.resolve(fakeHeaders(this.#saved.get(id).transport));
  }

  sendRaw(input: core.RawInput): Promise<core.RawOutput> {
    const conn = this.#connections.get(input.profile);
    return this.#calls.frame(input, conn?.conn ?? '', conn?.transport ?? 'stdio');
  }

  cancelCall(call: string): Promise<void> {
    this.#calls.cancel(call);
    return Promise.resolve();
  }

  calls(id: string): Promise<core.CallState[]> {
    return Promise.resolve(this.#calls.states(id));
  }

  // Sign-in.

  signIn(id: string): Promise<core.SignIn> {
    return Promise.resolve(this.signIns.get(id));
  }

  startSignIn(id: string): Promise<void> {
    return this.signIns.start(id);
  }

  beginSignIn(id: string): Promise<void> {
    this.signIns.begin(id);
    return Promise.resolve();
  }

  stepSignIn(step: core.SignInStep): Promise<void> {
    return this.signIns.step(step);
  }

  cancelSignIn(id: string): Promise<void> {
    this.signIns.cancel(id);
    return Promise.resolve();
  }

  openSignIn(id: string): Promise<void> {
    this.opened.push(this.signIns.get(id).browser?.url ?? '');
    return Promise.resolve();
  }

  useIdentity(id: string, identity: string): Promise<void> {
    this.signIns.use(id, identity);
    return Promise.resolve();
  }

  renameIdentity(id: string, identity: string, name: string): Promise<void> {
    this.signIns.rename(id, identity, name);
    return Promise.resolve();
  }

  refreshIdentity(id: string, identity: string): Promise<void> {
    this.signIns.refresh(id, identity);
    return Promise.resolve();
  }

  keepIdentities(id: string): Promise<void> {
    this.signIns.keep(id);
    return Promise.resolve();
  }

  signOut(id: string, identity: string): Promise<string> {
    return Promise.resolve(this.signIns.signOut(id, identity));
  }

  checkServer(id: string): Promise<void> {
    void this.signIns.check(id);
    return Promise.resolve();
  }

  clientDocument(id: string): Promise<string> {
    return new Promise((resolve) => resolve(this.signIns.document(this.#saved.get(id).auth?.clientMetadataURL ?? '')));
  }
}
