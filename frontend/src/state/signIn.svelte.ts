import { AppError, type Backend, type auth, type core } from '../backend';
import { signInPhase, stepToShow, type SignInDo, type SignInPhase } from '../lib/signIn';
import { puller } from './puller';

export type SignInSource = Pick<
  Backend,
  | 'signIn'
  | 'startSignIn'
  | 'beginSignIn'
  | 'stepSignIn'
  | 'cancelSignIn'
  | 'openSignIn'
  | 'useIdentity'
  | 'renameIdentity'
  | 'refreshIdentity'
  | 'signOut'
  | 'keepIdentities'
  | 'checkServer'
  | 'clientDocument'
  | 'reveal'
  | 'on'
>;

/**
 * Milliseconds after an order in which Cancel does nothing: it takes the place of the button that gave the order, and the
 * second half of a double click would end what the first began.
 */
export const cancelAfter = 600;

/** The name of the input that takes a callback URL by hand. */
const callbackInput = 'callback';

/** How one server is signed in to: the flow with its steps and their edited inputs, the identities, the checks. */
export class SignIn {
  readonly profile: string;
  readonly #source: SignInSource;
  /** Told of a refused call that was sent again and answered, once each. */
  readonly #replayed: (call: string, output: core.RunOutput) => void;
  /**
   * Told when an order was refused since the settings came from elsewhere and nobody has seen them, and how to give it
   * again.
   */
  readonly #unseen: (profile: string, again: () => void) => void;
  readonly #told = new Set<string>();
  #state = $state.raw<core.SignIn | null>(null);
  #fault = $state.raw<core.Error | null>(null);
  #busy = $state.raw<ReadonlySet<string>>(new Set());
  /** Inputs as edited and not yet run, by step. */
  #edits = $state.raw<ReadonlyMap<string, Readonly<Record<string, string>>>>(new Map());
  #chosenStep = $state('');
  #chosenIdentity = $state('');
  /** Whether Cancel may be pressed: see cancelAfter. */
  settled = $state(true);
  #settling: ReturnType<typeof setTimeout> | undefined;
  /** What the last sign-out did. */
  said = $state('');

  readonly pull = puller(async () => {
    try {
      this.#take(await this.#source.signIn(this.profile));
    } catch (thrown) {
      this.#fault = AppError.from(thrown).fault;
    }
  });

  constructor(
    source: SignInSource,
    profile: string,
    replayed: (call: string, output: core.RunOutput) => void = () => undefined,
    unseen: (profile: string, again: () => void) => void = () => undefined,
  ) {
    this.#unseen = unseen;
    this.#source = source;
    this.profile = profile;
    this.#replayed = replayed;
  }

  /** Starts pulling; the returned function ends it. */
  start(): () => void {
    const stop = this.#source.on('signin', () => void this.pull());
    void this.pull();
    return stop;
  }

  /** The whole as Go tells it; null until it was read once. */
  get all(): core.SignIn | null {
    return this.#state;
  }

  readonly phase = $derived<SignInPhase>(signInPhase(this.#state?.phase ?? ''));
  readonly steps = $derived<readonly auth.Step[]>(this.#state?.steps ?? []);
  readonly identities = $derived<readonly core.Identity[]>(this.#state?.identities ?? []);
  /** The identity in use. */
  readonly active = $derived(this.identities.find((i) => i.id === this.#state?.active));
  /** The identity shown: the chosen one, else the one in use. */
  readonly shown = $derived(
    this.identities.find((i) => i.id === this.#chosenIdentity) ?? this.active ?? this.identities[0],
  );
  /** Whether something of the flow is under way. */
  readonly working = $derived(this.phase === 'running' || this.phase === 'browser' || this.phase === 'asking');

  /** Why the last order came to nothing. */
  get fault(): core.Error | null {
    return this.#fault;
  }

  clearFault(): void {
    this.#fault = null;
  }

  /** The step that is open; empty: none. */
  get open(): string {
    if (this.#chosenStep === closed) return '';
    return this.steps.some((s) => s.id === this.#chosenStep)
      ? this.#chosenStep
      : stepToShow(this.phase, this.steps, this.#state?.next ?? '');
  }

  show(step: string): void {
    this.#chosenStep = step || closed;
  }

  showIdentity(id: string): void {
    this.#chosenIdentity = id;
  }

  /** Whether an order of that name is being given. */
  busy(what: string): boolean {
    return this.#busy.has(what);
  }

  /** Does what a button of the sign-in says. */
  async do(what: SignInDo): Promise<void> {
    const next = this.#state?.next ?? '';
    if (what === 'cancel' && !this.settled) return;
    if (what !== 'cancel') this.#settle();
    if (what !== 'open' && what !== 'cancel') this.#chosenStep = '';
    switch (what) {
      case 'start':
        return this.#order(what, () => this.#source.startSignIn(this.profile, false));
      case 'again':
        return this.#order(what, () => this.#source.startSignIn(this.profile, true));
      case 'begin':
        return this.#order(what, () => this.#source.beginSignIn(this.profile));
      case 'cancel':
        return this.#order(what, () => this.#source.cancelSignIn(this.profile));
      case 'open':
        return this.#order(what, () => this.#source.openSignIn(this.profile));
      case 'step':
        return this.runStep(next, true);
      case 'continue':
        return this.runStep(this.steps.find((s) => s.state === 'asking')?.id ?? next, false);
      case 'all':
        return this.runStep(next, false);
      case 'replay':
        return this.runStep('replay', true);
    }
  }

  #settle(): void {
    this.settled = false;
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => (this.settled = true), cancelAfter);
  }

  /** The value of an input as it stands in the form. */
  value(step: string, input: auth.Input): string {
    return this.#edits.get(step)?.[input.name] ?? input.value;
  }

  edited(step: string): boolean {
    return this.#edits.has(step);
  }

  edit(step: string, name: string, value: string): void {
    this.#edits = new Map(this.#edits).set(step, { ...this.#edits.get(step), [name]: value });
  }

  /** Gives the edits of a step up. */
  undo(step: string): void {
    const edits = new Map(this.#edits);
    edits.delete(step);
    this.#edits = edits;
  }

  /** Runs a step with its inputs as edited; with `only` it alone, else those behind it too. */
  async runStep(step: string, only: boolean): Promise<void> {
    const inputs = { ...this.#edits.get(step) };
    this.#chosenStep = only ? step : '';
    await this.#order(`step ${step}`, () => this.#source.stepSignIn({ profile: this.profile, step, inputs, only }));
    if (!this.#fault) this.undo(step);
  }

  /** Hands over a callback URL that was copied from a browser. */
  async paste(url: string): Promise<void> {
    await this.#order('paste', () =>
      this.#source.stepSignIn({
        profile: this.profile,
        step: 'browser',
        inputs: { [callbackInput]: url.trim() },
        only: false,
      }),
    );
  }

  use(identity: string): Promise<void> {
    return this.#order(`use ${identity}`, () => this.#source.useIdentity(this.profile, identity));
  }

  rename(identity: string, name: string): Promise<void> {
    return this.#order(`rename ${identity}`, () => this.#source.renameIdentity(this.profile, identity, name.trim()));
  }

  refresh(identity: string): Promise<void> {
    return this.#order(`refresh ${identity}`, () => this.#source.refreshIdentity(this.profile, identity));
  }

  signOut(identity: string): Promise<void> {
    return this.#order(`sign out ${identity}`, async () => {
      this.said = await this.#source.signOut(this.profile, identity);
    });
  }

  /** Tries the keychain once more for what is kept in memory only. */
  keep(): Promise<void> {
    return this.#order('keep', () => this.#source.keepIdentities(this.profile));
  }

  check(): Promise<void> {
    return this.#order('check', () => this.#source.checkServer(this.profile));
  }

  /** The true value behind a placeholder of an entry: on the user's click only. */
  reveal(seq: number, placeholder: string): Promise<string> {
    return this.#source.reveal(seq, placeholder);
  }

  #take(state: core.SignIn): void {
    // An answer overtaken by a later one would take the state back.
    if (state.rev < (this.#state?.rev ?? 0)) return;
    this.#state = state;
    const { replay } = state;
    if (!replay?.call || !replay.output || replay.state === 'running') return;
    const key = `${replay.call} ${String(replay.seq)} ${replay.state}`;
    if (this.#told.has(key)) return;
    this.#told.add(key);
    this.#replayed(replay.call, replay.output);
  }

  async #order(name: string, give: () => Promise<void>): Promise<void> {
    if (this.#busy.has(name)) return;
    this.#fault = null;
    this.said = '';
    this.#busy = new Set([...this.#busy, name]);
    try {
      await give();
      await this.pull();
    } catch (thrown) {
      this.#fault = AppError.from(thrown).fault;
      if (this.#fault.step === 'use the settings') this.#unseen(this.profile, () => void this.#order(name, give));
    } finally {
      this.#busy = new Set([...this.#busy].filter((n) => n !== name));
    }
  }
}

/** Stands for a step of its own: the user closed the one that was open. */
const closed = '\0closed';
