import type { auth, core } from '../../../wailsjs/go/models';
import { AppError } from '../error';
import type { FakeHub } from './hub';
import { refuse } from './refuse';
import { fakeChallenge } from './servers';
import recorded from './signIn.json';

/** What a real sign-in at the Protected sample and its checks were, as app/core told them. */
const steps = recorded.steps as auth.Step[];
const identity = recorded.identity as core.Identity;
const checks = recorded.checks as auth.Check[];

/** Milliseconds of the twin's time: a step, and the user at the consent page. */
const stepTime = 300;
const consentTime = 4_000;

/** The sign-ins of the twin: those of the Protected sample go through every step, the user consents by himself. */
export class FakeSignIn {
  readonly #hub: FakeHub;
  readonly #all = new Map<string, core.SignIn>();
  readonly #running = new Map<string, AbortController>();
  /** Told when what was refused may be sent again. */
  readonly #through: (profile: string) => void;

  constructor(hub: FakeHub, through: (profile: string) => void) {
    this.#hub = hub;
    this.#through = through;
  }

  get(profile: string): core.SignIn {
    return structuredClone(this.#all.get(profile) ?? fresh(profile));
  }

  set(profile: string, change: Partial<core.SignIn>): void {
    const rev = this.#hub.next();
    this.#all.set(profile, { ...(this.#all.get(profile) ?? fresh(profile)), ...change, rev });
    this.#hub.emit('signin', rev);
  }

  /** A refusal whose metadata was looked up. */
  refused(profile: string): void {
    this.set(profile, {
      phase: 'refused',
      why: 'refused',
      next: 'client',
      steps: upTo('server'),
      challenge: fakeChallenge(),
    });
  }

  start(profile: string): Promise<void> {
    if (this.#running.has(profile)) return refuse('a sign-in is under way');
    void this.#run(profile, 'challenge');
    return Promise.resolve();
  }

  begin(profile: string): void {
    this.set(profile, { phase: 'paused', why: 'asked', next: 'client', steps: upTo('server') });
  }

  step(order: core.SignInStep): Promise<void> {
    const running = this.#running.get(order.profile);
    if (running) {
      if (!order.inputs['callback']) return refuse('a sign-in is under way');
      running.abort('pasted');
      return Promise.resolve();
    }
    if (!order.only) return this.start(order.profile);
    const at = steps.findIndex((s) => s.id === order.step);
    this.set(order.profile, { phase: 'paused', steps: upTo(order.step), next: steps[at + 1]?.id ?? '' });
    if (order.step === 'token') this.#keep(order.profile);
    return Promise.resolve();
  }

  cancel(profile: string): void {
    this.#running.get(profile)?.abort('cancelled');
  }

  use(profile: string, id: string): void {
    this.set(profile, { active: id });
  }

  rename(profile: string, id: string, name: string): void {
    this.#change(profile, id, { name });
  }

  refresh(profile: string, id: string): void {
    const now = Math.floor(Date.now() / 1000);
    this.#change(profile, id, { issued: now, expires: now + 60 });
  }

  signOut(profile: string, id: string): string {
    const { identities, active } = this.get(profile);
    this.set(profile, { identities: identities.filter((i) => i.id !== id), active: active === id ? '' : active });
    return 'Revoked at the authorization server, and deleted here.';
  }

  keep(profile: string): void {
    this.set(profile, { identities: this.get(profile).identities.map((i) => ({ ...i, place: 'keychain' })) });
  }

  async check(profile: string): Promise<void> {
    for (let i = 1; i <= checks.length; i++) {
      const results = checks.slice(0, i).map((c, j) => (j === i - 1 ? { ...c, state: 'running', text: '' } : c));
      this.set(profile, { checks: { running: true, at: Date.now() * 1000, results } });
      await this.#hub.wait(stepTime);
    }
    this.set(profile, { checks: { running: false, at: Date.now() * 1000, results: checks } });
  }

  document(url: string): string {
    if (!url) throw new AppError({ kind: 'input', message: 'the URL of the client ID metadata document is not set' });
    return JSON.stringify({
      client_id: url,
      client_name: 'Sightglass',
      redirect_uris: ['http://127.0.0.1:47823/callback'],
    });
  }

  async #run(profile: string, from: string): Promise<void> {
    const stop = new AbortController();
    this.#running.set(profile, stop);
    for (const step of steps.slice(
      Math.max(
        0,
        steps.findIndex((s) => s.id === from),
      ),
    )) {
      const all = upTo(step.id, { ...step, state: 'running', verdict: '', started: Date.now() * 1000, took: 0 });
      const waits = step.id === 'browser';
      this.set(profile, { phase: waits ? 'browser' : 'running', steps: all, next: step.id });
      if (waits) this.set(profile, { browser: fakeWait() });
      await this.#hub.wait(waits ? consentTime : stepTime, stop.signal);
      if (stop.signal.aborted && stop.signal.reason !== 'pasted') break;
      if (step.id === 'token') this.#keep(profile);
    }
    this.#running.delete(profile);
    const { browser, ...rest } = this.get(profile);
    void browser;
    this.#all.set(profile, rest);
    if (stop.signal.aborted && stop.signal.reason !== 'pasted') {
      this.set(profile, { phase: 'canceled', steps: upTo('authorize'), next: 'browser' });
      return;
    }
    this.set(profile, {
      phase: 'done',
      steps: upTo('replay'),
      next: '',
      replay: { what: 'connect', call: '', state: 'done', seq: 0, text: 'It came through.' },
    });
    this.#through(profile);
  }

  #keep(profile: string): void {
    const now = Math.floor(Date.now() / 1000);
    this.set(profile, { identities: [{ ...identity, issued: now, expires: now + 60 }], active: identity.id });
  }

  #change(profile: string, id: string, change: Partial<core.Identity>): void {
    const { identities } = this.get(profile);
    this.set(profile, { identities: identities.map((i) => (i.id === id ? { ...i, ...change } : i)) });
  }
}

function fresh(profile: string): core.SignIn {
  return {
    profile,
    rev: 0,
    phase: 'none',
    why: '',
    next: '',
    steps: [],
    identities: [],
    active: '',
    store: 'Secrets are kept in the keychain.',
    inMemory: false,
    prompt: false,
    guess: false,
  };
}

/** The steps with everything after one still to come; `now` takes the place of that one. */
export function upTo(id: string, now?: auth.Step): auth.Step[] {
  const at = steps.findIndex((s) => s.id === id);
  return steps.map((s, i) => {
    if (i < at) return s;
    if (i === at) return now ?? s;
    return { ...s, state: 'waiting', messages: [], facts: [], findings: [], verdict: '', fix: '', started: 0, took: 0 };
  });
}

export function fakeWait(): core.BrowserWait {
  const url = steps.find((s) => s.id === 'authorize')?.facts.find((f) => f.name === 'URL')?.value ?? '';
  const since = Date.now() * 1000;
  return {
    url,
    redirectURI: 'http://127.0.0.1:39699/callback',
    since,
    until: since + 300_000_000,
    opened: '',
    strays: [{ at: since, method: 'GET', target: '/favicon.ico', why: 'It is another path than the redirect URI’s.' }],
  };
}
