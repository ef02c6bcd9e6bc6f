import type { Backend, core } from '../backend';
import { orEmpty } from '../lib/orEmpty';

export type CompletionSource = Pick<Backend, 'complete'>;

/** Milliseconds of quiet before the server is asked. */
const pause = 150;

/** What a completion is of: an argument of a prompt, or a variable of a template. */
export type CompletionTarget = Pick<core.CompleteInput, 'profile' | 'prompt' | 'template' | 'index' | 'argument'>;

let last = 0;

/** The server's suggestions for one argument, asked for while it is typed; an answer overtaken by a later one is dropped. */
export class Completion {
  readonly #source: CompletionSource;
  readonly #target: CompletionTarget;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;
  #question: string | undefined;
  values = $state.raw<readonly string[]>([]);
  busy = $state(false);
  /** The values are those of an earlier text: they may be looked at, not taken. */
  waiting = $state(false);
  /** What is to be said of it: how many more there are, why there are none. */
  note = $state('');
  /** The server has no completions, or none for this: it is not asked again. */
  off = $state(false);

  constructor(source: CompletionSource, target: CompletionTarget) {
    this.#source = source;
    this.#target = target;
  }

  /** Asks what could stand here, given the others; at once when the box was only entered. */
  ask(value: string, context: core.Argument[], at: 'once' | 'typing'): void {
    if (this.off) return;
    const question = JSON.stringify([value, context]);
    clearTimeout(this.#timer);
    // Whatever is on its way answers another text.
    const mine = ++this.#asked;
    this.busy = false;
    this.waiting = question !== this.#question;
    if (!this.waiting) return;
    this.#timer = setTimeout(() => void this.#send(value, context, question, mine), at === 'once' ? 0 : pause);
  }

  /** Gives up what was asked: the box was left. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#asked++;
    this.busy = false;
  }

  async #send(value: string, context: core.Argument[], question: string, mine: number): Promise<void> {
    this.busy = true;
    try {
      const call = `complete-${Date.now().toString(36)}-${String(++last)}`;
      const out = await this.#source.complete({ call, ...this.#target, value, context });
      if (mine !== this.#asked) return;
      if (out.stale) {
        this.values = [];
        return;
      }
      this.#question = question;
      this.#take(out);
    } catch {
      // A form without suggestions is still a form; the traffic tells.
      if (mine === this.#asked) this.values = [];
    } finally {
      if (mine === this.#asked) this.busy = this.waiting = false;
    }
  }

  #take(out: core.CompleteOutput): void {
    // Repeated values would be one option twice.
    this.values = out.err ? [] : [...new Set(orEmpty(out.values))];
    this.off = !out.offer.asked || out.err?.rpcCode === -32601;
    if (out.err) this.note = this.off || out.err.kind === 'cancelled' ? '' : `no suggestions: ${out.err.message}`;
    else if (out.total !== undefined && out.total > this.values.length)
      this.note = `${String(this.values.length)} of ${String(out.total)} suggestions`;
    else this.note = out.hasMore ? `the first ${String(this.values.length)} suggestions` : '';
  }
}
