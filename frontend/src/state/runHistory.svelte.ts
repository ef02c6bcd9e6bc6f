import type { Run } from './runs.svelte';

/** Runs kept for one thing that is run. */
const maxRuns = 50;

/** The runs of one thing, newest first, and which of them is shown. A run is among them once it is over, or takes long. */
export class RunHistory {
  #runs = $state.raw<readonly Run[]>([]);
  #chosen = $state.raw<Run | null>(null);
  readonly all = $derived(this.#runs.filter((run) => run.state !== 'running' || run.long));
  readonly shown = $derived(this.#chosen ?? this.all[0] ?? null);
  /** Whether something was just started whose result will take the place of what is shown. */
  readonly pending = $derived(this.#chosen === null && this.#runs[0] !== this.all[0]);

  add(run: Run): void {
    this.#runs = [run, ...this.#runs].slice(0, maxRuns);
    this.#chosen = null;
  }

  show(run: Run): void {
    this.#chosen = run === this.all[0] ? null : run;
  }
}
