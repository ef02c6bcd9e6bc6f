/** The comparison, one late part. */
export { default as ComparePicked } from './compare/ComparePicked.svelte';
export { default as CompareView } from './compare/CompareView.svelte';
