import { orEmpty } from '../lib/orEmpty';
import type { Hold } from './hold';
import type { CallState, CoreError, Problem, RunInput, RunOutput } from './toolTypes';

/** What the runs need of the backend. Methods reject with what `faultOf` understands. */
export interface RunSource {
  run(input: RunInput): Promise<RunOutput>;
  cancel(call: string): Promise<void>;
  calls(profile: string): Promise<CallState[]>;
  /** Calls back when the progress of some call changed; returns the end of it. */
  onCalls(call: () => void): () => void;
  /** What a rejection says, as the bridge's error. */
  faultOf(error: unknown): CoreError;
}

/**
 * running; done; tool-error (isError: the tool's own); failed (protocol, transport); cancelled; unsent (the arguments
 * do not match: nothing was sent).
 */
export type RunState = 'running' | 'done' | 'tool-error' | 'failed' | 'cancelled' | 'unsent';

/** Milliseconds after which a call is shown as running: shorter ones are felt as immediate. */
export const longAfter = 120;

/** Refused calls remembered for a replay: Go keeps one a server. */
const maxRefused = 32;

/** One call of a tool. */
export class Run {
  readonly call: string;
  readonly profile: string;
  readonly tool: string;
  readonly index: number;
  /** The arguments as sent, JSON text. */
  readonly args: string;
  /** Whether it was to be sent although the arguments do not match. */
  readonly force: boolean;
  /** The connection it went over: runs on either side of a restart differ. */
  readonly conn: string;
  /** What it had of its own. */
  readonly extra: RunInput['extra'];
  /** Unix milliseconds. */
  readonly started = Date.now();

  state = $state<RunState>('running');
  /** Whether it takes long enough to be shown as running: a state that is over at once would only flicker. */
  long = $state(false);
  /** Milliseconds from the click to the answer, while there is no better figure. */
  waited = $state(0);
  out = $state.raw<RunOutput | null>(null);
  fault = $state.raw<CoreError | null>(null);
  progress = $state<number>();
  total = $state<number>();
  message = $state('');
  /** Questions of this call that wait for the user. */
  waiting = $state(0);
  /** Key of the task that it became; empty for none. */
  task = $state('');
  /** How the task stands, the server's word. */
  status = $state('');
  /** Whether the task is asked about now: without a connection it is not. */
  follows = $state(false);
  /** Rounds of questions so far. */
  round = $state(0);
  /** Whether one of them waits to be sent by hand. */
  hand = $state(false);
  cancelling = $state(false);
  /** Whether what is shown came of sending it again after a sign-in. */
  replayed = $state(false);
  readonly #mark = performance.now();
  readonly #timer = setTimeout(() => (this.long = true), longAfter);

  constructor(input: RunInput, conn: string) {
    this.call = input.call;
    this.profile = input.profile;
    this.tool = input.tool;
    this.index = input.index;
    this.args = input.args;
    this.force = input.force;
    this.conn = conn;
    this.extra = input.extra;
  }

  /** Milliseconds since it was started. */
  elapsed(): number {
    return performance.now() - this.#mark;
  }

  /** Microseconds on the wire, or from click to answer where nothing was measured there. */
  get took(): number {
    if (this.out?.waited) return this.out.waited;
    return this.out && this.out.took > 0 ? this.out.took : this.waited * 1000;
  }

  get problems(): readonly Problem[] {
    return this.state === 'unsent' ? (this.out?.problems ?? []) : [];
  }

  /** Entries of the log that belong to it, the answer first. */
  get entries(): number[] {
    const own = [this.out?.seq, this.out?.request].filter((n): n is number => n !== undefined && n > 0);
    return own.length > 0 ? own : (this.fault?.entries ?? []);
  }

  finish(out: RunOutput): void {
    clearTimeout(this.#timer);
    this.waited = this.elapsed();
    this.out = out;
    this.task = out.task ?? '';
    this.fault = out.err ?? null;
    if (out.err) this.state = out.err.kind === 'cancelled' ? 'cancelled' : 'failed';
    else if (orEmpty(out.problems).length > 0 && out.seq === 0) this.state = 'unsent';
    else this.state = out.isError ? 'tool-error' : 'done';
  }

  fail(fault: CoreError): void {
    clearTimeout(this.#timer);
    this.waited = this.elapsed();
    this.fault = fault;
    this.state = fault.kind === 'cancelled' ? 'cancelled' : 'failed';
  }

  take(state: CallState): void {
    this.progress = state.progress;
    this.total = state.total;
    this.message = state.message;
    this.waiting = state.waiting;
    this.task = state.task ?? '';
    this.status = state.status ?? '';
    this.follows = state.follows ?? false;
    this.round = state.round ?? 0;
    this.hand = state.hand ?? false;
  }
}

/** Calls of tools under way and their progress, over all connections. */
export class Runs {
  readonly #source: RunSource;
  readonly #hold: Hold | undefined;
  readonly #running = new Map<string, Run>();
  /** Calls that were refused for want of a token: they may be sent again after a sign-in. */
  readonly #refused = new Map<string, Run>();
  readonly #prefix: string;
  #last = 0;
  #pulling = false;
  #again = false;

  /** `hold` keeps pulls back while a call is young; `name` begins the ids of the calls. */
  constructor(source: RunSource, hold?: Hold, name = 'run') {
    this.#source = source;
    this.#hold = hold;
    this.#prefix = `${name}-${Date.now().toString(36)}-`;
  }

  /** Starts listening for progress; the returned function ends it. */
  start(): () => void {
    return this.#source.onCalls(() => void this.pull());
  }

  /** Calls a tool. The run is there at once and finishes by itself. */
  run(input: Omit<RunInput, 'call'>, conn: string): Run {
    const call = this.#prefix + String(++this.#last);
    const full = { ...input, call };
    const run = new Run(full, conn);
    this.#running.set(call, run);
    const letGo = this.#hold?.take(longAfter);
    this.#source.run(full).then(
      (out) => {
        this.#running.delete(call);
        run.finish(out);
        this.#keepRefused(run);
        letGo?.();
      },
      (error: unknown) => {
        this.#running.delete(call);
        run.fail(this.#source.faultOf(error));
        this.#keepRefused(run);
        letGo?.();
      },
    );
    return run;
  }

  #keepRefused(run: Run): void {
    if (!run.fault?.challenge) return;
    this.#refused.set(run.call, run);
    const [oldest] = this.#refused.keys();
    if (this.#refused.size > maxRefused && oldest !== undefined) this.#refused.delete(oldest);
  }

  /** Takes the answer to a refused call that was sent again after a sign-in; calls of another making are left alone. */
  replayed(call: string, out: RunOutput): void {
    const run = this.#refused.get(call);
    if (!run) return;
    run.finish(out);
    run.replayed = true;
    if (!out.err?.challenge) this.#refused.delete(call);
  }

  async cancel(run: Run): Promise<void> {
    if (run.state !== 'running') return;
    run.cancelling = true;
    try {
      await this.#source.cancel(run.call);
    } catch (error) {
      run.message = this.#source.faultOf(error).message;
    } finally {
      run.cancelling = false;
    }
  }

  /** Asks for the progress of the calls in flight. */
  async pull(): Promise<void> {
    this.#again = true;
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      while (this.#again) {
        if (this.#hold?.held) await this.#hold.free();
        this.#again = false;
        const profiles = new Set([...this.#running.values()].map((r) => r.profile));
        for (const profile of profiles)
          for (const state of orEmpty(await this.#source.calls(profile))) this.#running.get(state.call)?.take(state);
      }
    } catch {
      // Progress is told again with the next nudge; the run itself has its own answer.
      return;
    } finally {
      this.#pulling = false;
    }
  }
}
