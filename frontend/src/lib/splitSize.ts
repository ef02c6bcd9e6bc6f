/** The limits of a divided area, in CSS pixels. */
export interface SplitLimits {
  /** Least size of the pane whose size is set. */
  min: number;
  /** Least size of the other pane. */
  minOther: number;
  /** Size of both panes and the bar together; 0 while it is not known. */
  whole: number;
}

/** Most the sized pane may take; never less than its own minimum, so a small window cuts the other pane. */
export function splitMax({ min, minOther, whole }: SplitLimits): number {
  return whole > 0 ? Math.max(min, whole - minOther) : Number.MAX_SAFE_INTEGER;
}

/** Brings a wanted size into the limits. */
export function splitSize(wanted: number, limits: SplitLimits): number {
  return Math.round(Math.min(splitMax(limits), Math.max(limits.min, wanted)));
}

/** The size a key on the separator asks for, or undefined for a key that is none of its own. */
export function splitKey(
  key: string,
  large: boolean,
  size: number,
  side: 'first' | 'second',
  stacked: boolean,
  limits: SplitLimits,
): number | undefined {
  const step = (large ? 64 : 16) * (side === 'first' ? 1 : -1);
  switch (key) {
    case stacked ? 'ArrowDown' : 'ArrowRight':
      return splitSize(size + step, limits);
    case stacked ? 'ArrowUp' : 'ArrowLeft':
      return splitSize(size - step, limits);
    case 'Home':
      return splitSize(side === 'first' ? 0 : Number.MAX_SAFE_INTEGER, limits);
    case 'End':
      return splitSize(side === 'first' ? Number.MAX_SAFE_INTEGER : 0, limits);
    default:
      return undefined;
  }
}
