import type { Attachment } from 'svelte/attachments';

/** Attaches a tooltip that shows only while text of the element is cut off: elsewhere it would only cover others. */
export function cutTitle(text: () => string): Attachment<HTMLElement> {
  return (element) => {
    const enter = (): void => {
      const all = [element, ...element.querySelectorAll<HTMLElement>('*')];
      // Cut at the right, or wrapped to a line that is not shown.
      const cut = (e: HTMLElement): boolean =>
        e.clientWidth > 0 && (e.scrollWidth > e.clientWidth + 1 || e.scrollHeight > e.clientHeight + 8);
      if (all.some(cut)) element.title = text();
      else element.removeAttribute('title');
    };
    element.addEventListener('pointerenter', enter);
    return () => element.removeEventListener('pointerenter', enter);
  };
}
