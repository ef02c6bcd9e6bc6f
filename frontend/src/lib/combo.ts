/** Which values a combobox lists, and where its list stands. */

/** The values that hold the text, those that begin with it first, otherwise in order. */
export function matching(options: readonly string[], text: string): string[] {
  const wanted = text.trim().toLowerCase();
  const held = options.filter((option) => option.toLowerCase().includes(wanted));
  const begins = (option: string): boolean => option.toLowerCase().startsWith(wanted);
  return [...held.filter(begins), ...held.filter((option) => !begins(option))];
}

/** Height of one value and of the list's own edges, in CSS pixels. */
const line = 24;
const edges = 8;
const most = 12 * line + edges;

/** Where the list stands: below its input, or above where there is more room. All in CSS pixels of the window. */
export function besidePlace(
  input: { top: number; bottom: number; left: number; width: number },
  windowHeight: number,
  values: number,
): { top: number; left: number; width: number; height: number } {
  const wanted = Math.min(most, values * line + edges);
  const below = windowHeight - input.bottom - edges;
  const above = input.top - edges;
  const up = below < wanted && above > below;
  const height = Math.min(wanted, Math.max(line + edges, up ? above : below));
  return { top: up ? input.top - 2 - height : input.bottom + 2, left: input.left, width: input.width, height };
}
