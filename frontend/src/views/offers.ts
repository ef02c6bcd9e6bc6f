/**
 * The views of what a server offers beside tools, one late part: two that share a file were seen to wait for each other
 * for ever in WebKit when both were asked for at once.
 */
export { default as PromptsView } from './prompts/PromptsView.svelte';
export { default as ResourcesView } from './resources/ResourcesView.svelte';
