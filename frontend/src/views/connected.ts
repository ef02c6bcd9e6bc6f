/**
 * The views that nearly every live connection shows, one late part: the start does not wait for them, and they are
 * loaded before anybody can have connected.
 */
import type { Views } from './connection/tabs';
import RawView from './raw/RawView.svelte';
import ToolsView from './tools/ToolsView.svelte';

export { default as InboxView } from './inbox/InboxView.svelte';
export const views = { tools: ToolsView, raw: RawView } satisfies Views;
export { default as QuestionStrip } from './inbox/QuestionStrip.svelte';
