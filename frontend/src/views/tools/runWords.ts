import type { RunState } from '../../state/runs.svelte';

/** What a run's state is called, and its colour. */
export const runWords: Readonly<
  Record<RunState, { label: string; short: string; tone: 'plain' | 'ok' | 'err' | 'warn' }>
> = {
  running: { label: 'Running', short: 'running', tone: 'plain' },
  done: { label: 'Done', short: 'done', tone: 'ok' },
  'tool-error': { label: 'The tool reported an error', short: 'tool error', tone: 'err' },
  failed: { label: 'The call failed', short: 'failed', tone: 'err' },
  cancelled: { label: 'Cancelled', short: 'cancelled', tone: 'warn' },
  unsent: { label: 'Not sent', short: 'not sent', tone: 'warn' },
};
