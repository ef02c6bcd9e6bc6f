/** The view of how a server's interface drifts, one late part. */
import type { Views } from './connection/tabs';
import DriftView from './drift/DriftView.svelte';

export const views = { drift: DriftView } satisfies Views;
