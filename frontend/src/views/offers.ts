/**
 * The views of what a server offers beside tools. They are one late part since they share most of what they are made of:
 * a late part is awaited with nothing but its own file.
 */
export { default as PromptsView } from './prompts/PromptsView.svelte';
export { default as ResourcesView } from './resources/ResourcesView.svelte';
