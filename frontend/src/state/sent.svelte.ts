import type { core } from '../backend';
import { titleOf, type Written } from '../lib/rawWritten';
import { longAfter, type Run, type RunState } from './runs.svelte';
import type { CoreError } from './toolTypes';

/** How one that was sent stands; kept: it was sent before the program started, what it brought is gone. */
export type SentState = RunState | 'kept';

/** One thing sent by hand: a request, whose run it has, or a frame. */
export class Sent {
  readonly key: string;
  readonly written: Written;
  /** Unix milliseconds. */
  readonly started: number;
  readonly title: string;
  /** Of a request: its run through the session. */
  readonly run: Run | null;
  /** Of a frame: what it brought, once it is over. */
  out = $state.raw<core.RawOutput | null>(null);
  fault = $state.raw<CoreError | null>(null);
  #long = $state(false);
  readonly #kept: boolean;

  constructor(key: string, written: Written, started: number, run: Run | null, kept = false) {
    this.key = key;
    this.written = written;
    this.started = started;
    this.title = titleOf(written);
    this.run = run;
    this.#kept = kept;
    if (!run && !kept) setTimeout(() => (this.#long = true), longAfter);
  }

  get state(): SentState {
    if (this.#kept) return 'kept';
    if (this.run) return this.run.state;
    if (this.fault) return this.fault.kind === 'cancelled' ? 'cancelled' : 'failed';
    if (!this.out) return 'running';
    if (this.out.request === 0) return 'unsent';
    return this.out.err && this.out.ended === 'failed' ? 'failed' : 'done';
  }

  /** Whether it takes long enough to be shown as running. */
  get long(): boolean {
    return this.run?.long ?? this.#long;
  }

  /** Microseconds. */
  get took(): number {
    return this.run?.took ?? this.out?.took ?? 0;
  }

  /** What was sent, on one line. */
  get text(): string {
    const text = this.written.mode === 'frame' ? this.written.frame : this.written.params;
    return text.slice(0, 600).replaceAll(/\s+/g, ' ').trim();
  }

  /** Entries of the log that belong to it. */
  get entries(): number[] {
    if (this.run) return this.run.entries;
    const { out } = this;
    if (!out) return this.fault?.entries ?? [];
    return [...new Set([out.answer, out.request, out.exchange, ...out.came.map((c) => c.seq)])].filter((n) => n > 0);
  }
}
