/** The view of saved calls, a late part of its own. */
import type { Views } from './connection/tabs';
import CallsView from './calls/CallsView.svelte';

export { default as AgainDialog } from './calls/AgainDialog.svelte';
export { default as SaveCallDialog } from './calls/SaveCallDialog.svelte';
export const views = { calls: CallsView } satisfies Views;
