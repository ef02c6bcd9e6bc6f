/** One of icons[] as a server sends it (2025-11-25). */
export interface IconChoice {
  readonly src: string;
  readonly mimeType: string;
  readonly sizes: readonly string[] | null;
  readonly theme: string;
  readonly problem?: string;
}

/**
 * Which icon suits a theme and a size in device pixels, as its place in the list; -1 for none. One for the other theme
 * is taken last, one that is malformed never. Of the rest the smallest that is large enough is best: scaling up blurs.
 */
export function pickIcon(icons: readonly IconChoice[], dark: boolean, side: number): number {
  const scores = icons.map((icon, i) => ({ i, score: score(icon, dark, side) })).filter((s) => s.score < bad);
  scores.sort((a, b) => a.score - b.score || a.i - b.i);
  return scores[0]?.i ?? -1;
}

const bad = 1e9;

function score(icon: IconChoice, dark: boolean, side: number): number {
  if (icon.problem || !icon.src) return bad;
  const other = dark ? 'light' : 'dark';
  const theme = icon.theme === other ? 1e6 : icon.theme === '' ? 1 : 0;
  return theme + Math.min(...sizesOf(icon).map((size) => distance(size, side)));
}

/** The sides of an icon in pixels: 0 for unknown, Infinity for one of any size. */
function sizesOf(icon: IconChoice): number[] {
  const sizes = (icon.sizes ?? []).map((size) => {
    if (size === 'any') return Infinity;
    const [, width = '0'] = /^(\d{1,5})x\d{1,5}$/i.exec(size) ?? [];
    return Number(width);
  });
  if (sizes.length > 0) return sizes;
  return [/svg/i.test(icon.mimeType) ? Infinity : 0];
}

function distance(size: number, side: number): number {
  if (size === Infinity) return 2;
  if (size === 0) return 5000;
  return size >= side ? 3 + (size - side) : 10_000 + (side - size);
}
