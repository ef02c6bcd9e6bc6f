/**
 * Scrolls what an element stands in so that it is in the middle. Unlike scrollIntoView it moves nothing further out:
 * that scrolls frames that only hide what is too much, and nobody could scroll them back.
 */
export function centre(element: HTMLElement): void {
  let frame = element.parentElement;
  while (frame && !/auto|scroll/.test(getComputedStyle(frame).overflowY)) frame = frame.parentElement;
  if (!frame) return;
  const [outer, inner] = [frame.getBoundingClientRect(), element.getBoundingClientRect()];
  frame.scrollTop += inner.top - outer.top - (outer.height - inner.height) / 2;
}

/** Scrolls a frame as far as it takes to show an element in it. */
export function scrollWithin(frame: HTMLElement, element: HTMLElement): void {
  const [outer, inner] = [frame.getBoundingClientRect(), element.getBoundingClientRect()];
  if (inner.top < outer.top) frame.scrollTop -= outer.top - inner.top;
  else if (inner.bottom > outer.bottom) frame.scrollTop += inner.bottom - outer.bottom;
}
