/**
 * Gives the keyboard to an element if what had it has gone from the page: the next key leads on from there, not from
 * the beginning of the window.
 */
export function keepFocus(to: HTMLElement | null | undefined): void {
  if (document.activeElement === null || document.activeElement === document.body) to?.focus({ preventScroll: true });
}
