import type { Attachment } from 'svelte/attachments';

/** Attaches a tooltip that shows only while text of the element is cut off: elsewhere it would only cover others. */
export function cutTitle(text: () => string): Attachment<HTMLElement> {
  return (element) => {
    const enter = (): void => {
      const all = [element, ...element.querySelectorAll<HTMLElement>('*')];
      if (all.some((e) => e.scrollWidth > e.clientWidth + 1 && e.clientWidth > 0)) element.title = text();
      else element.removeAttribute('title');
    };
    element.addEventListener('pointerenter', enter);
    return () => element.removeEventListener('pointerenter', enter);
  };
}
