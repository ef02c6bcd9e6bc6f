import type { core, profile } from '../../../wailsjs/go/models';
import type { Connection } from '../types';
import type { FakeHub } from './hub';
import type { FakeLog } from './log';
import { capabilities, fakeCertificate, fakeChallenge, fakeError, httpSteps, stdioSteps } from './servers';

/** The connections of the twin: some stand when the window opens, and connecting goes through its steps. */
export class FakeConnections {
  readonly #hub: FakeHub;
  readonly #log: FakeLog;
  readonly #all = new Map<string, Connection>();
  readonly #running = new Map<string, AbortController>();
  /** Servers that have a token. */
  readonly #let = new Set<string>();
  /** Servers that were connected before. */
  readonly #ran = new Set(['open', 'search']);

  constructor(hub: FakeHub, log: FakeLog) {
    this.#hub = hub;
    this.#log = log;
  }

  get(id: string): Connection | undefined {
    return this.#all.get(id);
  }

  /** Those changed after a revision. */
  after(rev: number): Connection[] {
    return [...this.#all.values()].filter((c) => c.rev > rev).map((c) => structuredClone(c));
  }

  disconnect(id: string): void {
    this.#running.get(id)?.abort();
    const before = this.#all.get(id)?.phase;
    const steps = this.#all.get(id)?.steps ?? [];
    this.set(id, { phase: 'disconnected', ...(before === 'connecting' ? { steps } : {}) });
  }

  set(id: string, change: Partial<Connection>): void {
    const now = Date.now() * 1000;
    const rev = this.#hub.next();
    const old = this.#all.get(id);
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
      resourcesChanged: false,
      promptsChanged: false,
      logged: false,
      watchRev: 0,
      tasks: 0,
      activeTasks: 0,
      taskForm: '',
      noise: '',
    };
    const keep = change.phase === undefined && old ? old : fresh;
    this.#all.set(id, { ...keep, ...change, rev });
    this.#hub.emit('connections', rev);
  }

  /** The states the window opens with. */
  stand(): void {
    this.set('open', { ...connectedAs('open', 'stdio'), questions: 0 });
    this.set('search', { ...connectedAs('search', 'http'), toolsChanged: true });
    this.set('protected', {
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
    this.set('broken', {
      phase: 'failed',
      transport: 'stdio',
      steps: [
        step('look up the program', 'done', '/home/me/.local/bin/uvx', 31),
        step('start process', 'failed', 'exit status 1', 840),
      ],
      err: brokenError(),
    });
    this.set('slow', {
      phase: 'connecting',
      transport: 'http',
      steps: [
        step('resolve the name', 'skipped', 'an address', 0),
        { ...step('probe server/discover', 'running', '', 0), started: Date.now() * 1000 - 2_400_000 },
      ],
    });
  }

  /** Connects a server that has its token now. */
  let(p: profile.Profile): void {
    this.#let.add(p.id);
    if (this.#all.get(p.id)?.phase !== 'connected') void this.run(p);
  }

  async run(p: profile.Profile): Promise<void> {
    const stop = new AbortController();
    this.#running.get(p.id)?.abort();
    this.#running.set(p.id, stop);
    if (this.#ran.has(p.id)) {
      this.#log.append({ conn: `c-${p.id}`, kind: 'lifecycle', note: `restarted ${p.name}` });
    }
    this.#ran.add(p.id);
    const plan = p.transport === 'stdio' ? stdioSteps : httpSteps;
    const steps: core.Step[] = [];
    this.set(p.id, { phase: 'connecting', transport: p.transport, steps: [] });
    for (const [name, text, ms] of plan) {
      steps.push({ ...step(name, 'running', '', 0), started: Date.now() * 1000 });
      this.set(p.id, { steps: structuredClone(steps) });
      await this.#hub.wait(ms * 3, stop.signal);
      if (stop.signal.aborted) return;
      steps[steps.length - 1] = step(name, 'done', text, ms);
    }
    if (p.id === 'protected' && !this.#let.has(p.id)) {
      this.set(p.id, {
        phase: 'refused',
        steps,
        err: fakeError({ kind: 'auth', status: 401, message: 'refused', challenge: fakeChallenge() }),
      });
    } else if (p.id === 'broken') this.set(p.id, { phase: 'failed', steps, err: brokenError() });
    else if (p.id === 'legacy' && !p.trust?.length) this.set(p.id, { phase: 'failed', steps, err: fakeCertificate() });
    else this.set(p.id, { ...connectedAs(p.id, p.transport), steps });
    if (p.id === 'files') this.set(p.id, { noise: '"Listening on port 3000 …"' });
  }
}

function connectedAs(id: string, transport: string): Partial<Connection> {
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
