import type { Backend, core } from '../backend';
import type { FiguresBackend } from '../backend/timeline';
import { Figures } from './figures.svelte';
import type { Traffic } from './traffic.svelte';

export type StatsSource = Pick<FiguresBackend, 'stats'> & Pick<Backend, 'on'>;

/** The figures of what the table shows, and of an earlier capture beside them. */
export class Stats extends Figures<core.Stats> {
  readonly #source: StatsSource;
  readonly #traffic: Pick<Traffic, 'viewId'>;
  /** Id of the capture to compare with; empty: none. */
  #against = $state('');

  constructor(source: StatsSource, traffic: Pick<Traffic, 'viewId'>) {
    super(source, 500);
    this.#source = source;
    this.#traffic = traffic;
  }

  protected override ask(signal: AbortSignal): Promise<core.Stats> {
    const against = this.#against;
    return this.#source.stats(
      {
        view: this.#traffic.viewId,
        from: 0,
        to: 0,
        ...(against ? { against: { all: false, conns: [], captures: [against] } } : {}),
      },
      signal,
    );
  }

  get against(): string {
    return this.#against;
  }

  set against(capture: string) {
    if (capture === this.#against) return;
    this.#against = capture;
    void this.refresh();
  }
}
