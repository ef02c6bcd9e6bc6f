/**
 * The views of what a server offers beside tools. They are one late part since they share most of what they are made of:
 * a late part is awaited with nothing but its own file.
 */
import type { Views } from './connection/tabs';
import PromptsView from './prompts/PromptsView.svelte';
import ResourcesView from './resources/ResourcesView.svelte';

export const views = { resources: ResourcesView, prompts: PromptsView } satisfies Views;
