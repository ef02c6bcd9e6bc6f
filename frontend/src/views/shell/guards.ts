/**
 * Keeps the page where it is, whatever is pressed on it: a link that a server wrote never navigates the window, a
 * dropped file is not opened in it, a reload does not throw away what was typed, and the browser's own menu stays off
 * except where text is written. Returns the end of it.
 */
export function guardPage(page: Window, openLink: (url: string) => void): () => void {
  const ends: (() => void)[] = [];
  const listen = <K extends keyof WindowEventMap>(
    type: K,
    call: (event: WindowEventMap[K]) => void,
    capture = true,
  ): void => {
    page.addEventListener(type, call, { capture });
    ends.push(() => page.removeEventListener(type, call, { capture }));
  };

  const link = (event: MouseEvent): void => {
    const target = event.target instanceof Element ? event.target.closest('a[href], area[href]') : null;
    if (!target) return;
    event.preventDefault();
    const href = target.getAttribute('href') ?? '';
    if (event.type === 'click' && /^(https?|mailto):/i.test(href)) openLink(href);
  };
  listen('click', link);
  listen('auxclick', link);
  listen('submit', (event) => event.preventDefault());
  listen('dragover', (event) => event.preventDefault());
  listen('drop', (event) => event.preventDefault());
  listen('keydown', (event) => {
    const reload = event.key === 'F5' || ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'r');
    // The views still see it: it refreshes the list.
    if (reload) event.preventDefault();
    // Backspace and Alt+arrows would leave the page in some webviews.
    if (event.altKey && (event.key === 'ArrowLeft' || event.key === 'ArrowRight') && !writes(event.target)) {
      event.preventDefault();
    }
  });
  // After everything else: a menu of our own has taken its event by then.
  listen(
    'contextmenu',
    (event) => {
      if (!writes(event.target) && !page.getSelection()?.toString()) event.preventDefault();
    },
    false,
  );
  return () => ends.forEach((end) => end());
}

function writes(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, [contenteditable="true"], .cm-editor') !== null;
}
