/** Search over a tool list: every word must occur in the name, title or summary; better places come first. */

export interface Searchable {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
}

/** What a search looks through, made once for a list: 10,000 tools then cost a few milliseconds a keystroke. */
export interface SearchIndex {
  readonly count: number;
  /** Names, titles and summaries, one list each: plain arrays are quick before the engine has warmed up, too. */
  readonly fields: readonly Field[];
}

interface Field {
  readonly text: readonly string[];
  readonly lower: readonly string[];
}

export function searchIndex(tools: readonly Searchable[]): SearchIndex {
  const field = (text: readonly string[]): Field => ({ text, lower: text.map((t) => t.toLowerCase()) });
  return {
    count: tools.length,
    fields: [field(tools.map((t) => t.name)), field(tools.map((t) => t.title)), field(tools.map((t) => t.summary))],
  };
}

/** Ranks of one word: exact name 0 … somewhere in the summary `worst`. */
const worst = 8;

/** Positions of the tools found, best first, otherwise in list order; all of them for an empty query. */
export function searchTools(index: SearchIndex, query: string): number[] {
  const words = query
    .toLowerCase()
    .split(/\s+/)
    .filter((w) => w !== '')
    .slice(0, 8);
  if (words.length === 0) return Array.from({ length: index.count }, (_, i) => i);
  const buckets: number[][] = Array.from({ length: worst * words.length + 1 }, () => []);
  for (let i = 0; i < index.count; i++) {
    const rank = rankAll(index, i, words);
    if (rank >= 0) buckets[rank]?.push(i);
  }
  return buckets.flat();
}

function rankAll(index: SearchIndex, i: number, words: readonly string[]): number {
  let sum = 0;
  for (const word of words) {
    const rank = rankWord(index, i, word);
    if (rank < 0) return -1;
    sum += rank;
  }
  return sum;
}

function rankWord(index: SearchIndex, i: number, word: string): number {
  for (let f = 0; f < index.fields.length; f++) {
    const lower = index.fields[f]?.lower[i] ?? '';
    const at = lower.indexOf(word);
    if (at < 0) continue;
    if (at === 0 && f === 0) return lower.length === word.length ? 0 : 1;
    return 2 + 2 * f + (startsWord(index.fields[f]?.text[i] ?? '', lower, word, at) ? 0 : 1);
  }
  return -1;
}

/** Whether the word starts at a word's start anywhere in the text: after a space, a sign, or at a camelCase hump. */
function startsWord(text: string, lower: string, word: string, first: number): boolean {
  for (let at = first; at >= 0 && at < first + 60; at = lower.indexOf(word, at + 1)) {
    if (at === 0) return true;
    const before = lower.charCodeAt(at - 1);
    if (!isWordUnit(before)) return true;
    // A hump of camelCase: the letter is large, the one before it is not.
    if (text.charCodeAt(at) !== lower.charCodeAt(at) && text.charCodeAt(at - 1) === before) return true;
  }
  return false;
}

/** Whether a UTF-16 unit of a lower-case text belongs to a word; everything past ASCII is taken to. */
function isWordUnit(unit: number): boolean {
  return unit >= 0x80 || (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x30 && unit <= 0x39);
}
