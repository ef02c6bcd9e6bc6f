/** The traffic over time and in figures, a late part. */
export { default as OverviewStrip } from './timeline/OverviewStrip.svelte';
export { default as TimelinePanel } from './timeline/TimelinePanel.svelte';
export { default as StatsView } from './stats/StatsView.svelte';
export { Stats } from '../state/stats.svelte';
export { Timeline } from '../state/timeline.svelte';
