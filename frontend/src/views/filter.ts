/** What a filter shows beyond its text, a late part. */
export { default as FilterChips } from './traffic/FilterChips.svelte';
export { default as FilterPopup } from './traffic/FilterPopup.svelte';
