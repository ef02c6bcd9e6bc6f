/** The view of MCP Apps, one late part: the host bridge is as large as the start of the window. */
import AppsView from './apps/AppsView.svelte';
import type { Views } from './connection/tabs';

export const views = { apps: AppsView } satisfies Views;
