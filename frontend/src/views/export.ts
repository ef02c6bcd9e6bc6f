/** What hands traffic on, one late part. */
export { default as CopyAs } from './export/CopyAs.svelte';
export { default as HandOnDialog } from './export/HandOnDialog.svelte';
