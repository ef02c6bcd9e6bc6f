/** Where the pages of a PDF stand: one under the other, all sizes in CSS pixels. */

/** CSS pixels of a point of PDF at scale 1: 96 to the inch, of 72 points. */
export const pixelsPerPoint = 96 / 72;
/** Room around and between pages. */
export const gap = 10;
/** Pages that are shown. */
export const maxPages = 10_000;
/** A side of a page at scale 1: "14,400 units" is the most that Acrobat takes (ISO 32000-1, annex C). */
export const maxSide = 14_400 * pixelsPerPoint;
/** Tallest the column gets: browsers lose count near 33 million pixels. */
export const maxHeight = 30_000_000;
/** Pixels of one canvas: 64 MB. A page that has more is drawn coarser. */
export const maxCanvas = 16_777_216;

export const minScale = 0.1;
export const maxScale = 5;

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** A size that is shown in place of what a file says: it may be anything. */
export function soundSize(width: number, height: number): Size & { readonly factor: number } {
  if (!(width > 0) || !(height > 0) || !Number.isFinite(width * height))
    return { width: 612 * pixelsPerPoint, height: 792 * pixelsPerPoint, factor: 1 };
  const factor = Math.min(1, maxSide / Math.max(width, height));
  return { width: Math.max(1, width * factor), height: Math.max(1, height * factor), factor };
}

/** A scale that can be shown, for pages whose heights at scale 1 sum up to `height`. */
export function soundScale(scale: number, height: number): number {
  const most = Math.min(maxScale, maxHeight / Math.max(1, height));
  return Math.min(Math.max(Number.isFinite(scale) ? scale : 1, Math.min(minScale, most)), most);
}

/** The upper edge of each page, and as a last number the height of all. */
export function edges(sizes: readonly Size[], scale: number): Float64Array {
  const tops = new Float64Array(sizes.length + 1);
  let at = gap;
  sizes.forEach((size, i) => {
    tops[i] = at;
    at += Math.ceil(size.height * scale) + gap;
  });
  tops[sizes.length] = at;
  return tops;
}

/** The page, from 0, in whose stretch `y` lies. */
export function pageAt(tops: Float64Array, y: number): number {
  let low = 0;
  let high = Math.max(0, tops.length - 2);
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((tops[middle] ?? 0) <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** Device pixels to a CSS pixel that a canvas of this size gets. */
export function sharpness(width: number, height: number, wanted: number): number {
  return Math.min(wanted, Math.sqrt(maxCanvas / Math.max(1, width * height)));
}

/** A text as it is compared: lower case, blanks alike, each character in its place. */
export function folded(text: string): string {
  const lower = text.toLowerCase();
  const even =
    lower.length === text.length
      ? lower
      : Array.from(text, (c) => (c.toLowerCase().length === c.length ? c.toLowerCase() : c)).join('');
  return even.replace(/\s/g, ' ');
}

/** Where a folded text stands in another, at most `most` times. */
export function occurrences(where: string, what: string, most: number): number[] {
  const found: number[] = [];
  if (what === '') return found;
  for (let at = where.indexOf(what); at >= 0 && found.length < most; at = where.indexOf(what, at + what.length))
    found.push(at);
  return found;
}
