/** Whether a key press is the slash that leads to the search of a view: not where text is written. */
export function isSearchKey(event: KeyboardEvent): boolean {
  const writes =
    event.target instanceof Element && event.target.closest('input, textarea, select, [contenteditable="true"]');
  return event.key === '/' && !writes && !event.ctrlKey && !event.metaKey && !event.altKey;
}
