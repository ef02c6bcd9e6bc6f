import type { Backend, core } from '../backend';
import type { FiguresBackend } from '../backend/timeline';
import { clampWindow, panWindow, withWindow, zoomWindow, type TimeWindow } from '../lib/timeScale';
import { Figures } from './figures.svelte';
import type { Traffic } from './traffic.svelte';

export type TimelineSource = Pick<FiguresBackend, 'timeline'> & Pick<Backend, 'on'>;

/** Pixels a bucket is wide. */
const bucketWidth = 3;

/** The traffic of the table over time: one window of it, or with `whole` always all of it. */
export class Timeline extends Figures<core.Timeline> {
  readonly #source: TimelineSource;
  readonly #traffic: Pick<Traffic, 'viewId' | 'text' | 'followTail'>;
  /** The part shown; undefined: all of it, growing. */
  window = $state.raw<TimeWindow | undefined>(undefined);
  /** A part that is marked to be zoomed to or filtered by. */
  brush = $state.raw<TimeWindow | undefined>(undefined);
  /** Position of the lane that the keyboard stands on. */
  lane = $state(0);
  #width = 0;

  /** All there is, a little longer than the time from the first entry to the last. */
  readonly bounds = $derived.by<TimeWindow>(() => {
    const first = this.data?.first ?? 0;
    const last = Math.max(this.data?.last ?? 0, first + 1000);
    const margin = Math.max((last - first) * 0.01, 10);
    return { from: first - margin, to: last + margin };
  });
  readonly shown = $derived<TimeWindow>(this.window ? clampWindow(this.window, this.bounds) : this.bounds);
  readonly empty = $derived(this.data === null || this.data.lanes.length === 0);

  constructor(source: TimelineSource, traffic: Pick<Traffic, 'viewId' | 'text' | 'followTail'>) {
    super(source, 250);
    this.#source = source;
    this.#traffic = traffic;
  }

  protected override ask(signal: AbortSignal): Promise<core.Timeline> | undefined {
    if (this.#width <= 0) return undefined;
    return this.#source.timeline(
      {
        view: this.#traffic.viewId,
        from: this.window ? Math.floor(this.shown.from) : 0,
        to: this.window ? Math.ceil(this.shown.to) : 0,
        pixels: Math.max(10, Math.min(4000, Math.round(this.#width / bucketWidth))),
      },
      signal,
    );
  }

  /** Tells how wide it is drawn, in CSS pixels. */
  resize(width: number): void {
    if (Math.abs(width - this.#width) < bucketWidth) return;
    this.#width = width;
    void this.refresh();
  }

  show(window: TimeWindow | undefined): void {
    this.window = window && clampWindow(window, this.bounds);
    void this.refresh();
  }

  /** Zooms by a factor (below 1: nearer) around a time, by default the middle. */
  zoom(factor: number, around = (this.shown.from + this.shown.to) / 2): void {
    const next = zoomWindow(this.shown, factor, around, this.bounds);
    this.show(next.to - next.from >= this.bounds.to - this.bounds.from ? undefined : next);
  }

  pan(share: number): void {
    if (this.window) this.show(panWindow(this.shown, share, this.bounds));
  }

  /** Filters the table by a part of the time; undefined by none. */
  filter(window: TimeWindow | undefined): void {
    this.#traffic.text = withWindow(this.#traffic.text, window);
    if (window) this.#traffic.followTail = false;
  }
}
