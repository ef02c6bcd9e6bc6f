/** Which rows of a list of equal heights are to be rendered, and how tall the list is. */
export interface RowWindow {
  /** Index of the first row to render. */
  first: number;
  /** Index behind the last row to render. */
  end: number;
  /** Height of all rows together, in CSS pixels. */
  total: number;
}

/**
 * The rows of a list of `count` rows, each `rowHeight` pixels tall, that are seen through a viewport of `height`
 * pixels scrolled by `scrollTop`, and `overscan` more on either side. Figures out of range (a rubber-banding
 * scroll position, a list that shrank) are brought back into it.
 */
export function windowRows(
  scrollTop: number,
  height: number,
  count: number,
  rowHeight: number,
  overscan = 4,
): RowWindow {
  if (count <= 0 || rowHeight <= 0) return { first: 0, end: 0, total: 0 };
  const total = count * rowHeight;
  const top = clamp(scrollTop, 0, Math.max(0, total - height));
  const first = Math.floor(top / rowHeight) - overscan;
  const end = Math.ceil((top + Math.max(0, height)) / rowHeight) + overscan;
  return { first: clamp(first, 0, count), end: clamp(end, 0, count), total };
}

/** Where a row should come to stand when it is scrolled to. */
export type Align = 'nearest' | 'start' | 'center' | 'end';

/** The scroll position that shows row `index`; the present one when it is in view and `align` is nearest. */
export function scrollToRow(
  index: number,
  align: Align,
  scrollTop: number,
  height: number,
  count: number,
  rowHeight: number,
): number {
  const top = index * rowHeight;
  const start = top;
  const end = top + rowHeight - height;
  const max = Math.max(0, count * rowHeight - height);
  switch (align) {
    case 'start':
      return clamp(start, 0, max);
    case 'end':
      return clamp(end, 0, max);
    case 'center':
      return clamp(top - (height - rowHeight) / 2, 0, max);
    case 'nearest':
      if (start < scrollTop) return clamp(start, 0, max);
      return clamp(end > scrollTop ? end : scrollTop, 0, max);
  }
}

/** Whether the last row is in view, give or take `slack` pixels (fractional zoom never adds up to the pixel). */
export function isAtEnd(scrollTop: number, height: number, total: number, slack = 4): boolean {
  return scrollTop + height >= total - slack;
}

/**
 * The index a navigation key leads to from `active` (-1: none), or undefined for any other key. `page` is how
 * many rows a page holds.
 */
export function moveIndex(key: string, active: number, count: number, page: number): number | undefined {
  if (count === 0) return undefined;
  const last = count - 1;
  switch (key) {
    case 'ArrowDown':
      return Math.min(last, active + 1);
    case 'ArrowUp':
      return active < 0 ? last : Math.max(0, active - 1);
    case 'PageDown':
      return Math.min(last, Math.max(active, 0) + page);
    case 'PageUp':
      return active < 0 ? last : Math.max(0, active - page);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
