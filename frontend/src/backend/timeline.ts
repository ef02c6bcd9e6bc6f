import type { core } from '../../wailsjs/go/models';

/** What the window asks about a view as a whole: over time, and in figures. Times are Unix microseconds. */
export interface FiguresBackend {
  timeline(input: core.TimelineInput, signal?: AbortSignal): Promise<core.Timeline>;
  stats(input: core.StatsInput, signal?: AbortSignal): Promise<core.Stats>;
}
