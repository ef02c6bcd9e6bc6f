/**
 * Tallest an element may be, in CSS pixels. Browsers end at 2^25 (WebKit, Chromium), and a compositor that reckons in
 * single precision places to the half pixel only up to 2^23.
 */
export const tallest = 8_000_000;

/** Where a list is scrolled to: the element's scroll position, and what the list's own is ahead of it. */
export interface Place {
  top: number;
  offset: number;
}

/**
 * Scrolling a list that is taller than an element may be. The element is as tall as it may be; a short way is scrolled
 * pixel by pixel, with the offset left as it is; a long one (the scrollbar) by its share of the whole.
 */
export class ScrollSpan {
  /** Height of all rows. */
  readonly total: number;
  /** Height of what shows them. */
  readonly height: number;
  /** Height of the element. */
  readonly tall: number;

  constructor(total: number, height: number, limit = tallest) {
    this.total = total;
    this.height = height;
    this.tall = Math.min(total, limit);
  }

  /** The furthest the element scrolls, and the list. */
  get lowest(): number {
    return Math.max(0, this.tall - this.height);
  }
  get end(): number {
    return Math.max(0, this.total - this.height);
  }

  /** The place when the element was scrolled from one position to another. */
  scrolled(to: number, from: Place): Place {
    const spare = this.total - this.tall;
    if (spare <= 0) return { top: to, offset: 0 };
    const far = Math.abs(to - from.top) > 4 * this.height;
    if (far) return { top: to, offset: Math.round((clamp(to, 0, this.lowest) / this.lowest) * spare) };
    const offset = clamp(from.offset, 0, spare);
    // At an end of the element, but not of the list: there is more way to go.
    if (to <= 0 && offset > 0) return this.#at(to + offset, Math.min(to + offset, this.lowest / 2));
    const left = this.end - (to + offset);
    if (to >= this.lowest && left > 0) return this.#at(to + offset, this.lowest - Math.min(left, this.lowest / 2));
    return { top: to, offset };
  }

  /** The place that shows the list from a position of its own on, as near to where it is as can be. */
  to(wanted: number, from: Place): Place {
    const list = clamp(wanted, 0, this.end);
    const spare = this.total - this.tall;
    if (spare <= 0) return { top: list, offset: 0 };
    if (list === this.end) return { top: this.lowest, offset: spare };
    if (list === 0) return { top: 0, offset: 0 };
    const offset = clamp(from.offset, 0, spare);
    const top = list - offset;
    if (Math.abs(top - from.top) <= 4 * this.height && top > 0 && top < this.lowest) return { top, offset };
    return this.#at(list, Math.round((list / this.end) * this.lowest));
  }

  #at(list: number, top: number): Place {
    return { top, offset: clamp(list - top, 0, this.total - this.tall) };
  }
}

function clamp(value: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, value));
}
