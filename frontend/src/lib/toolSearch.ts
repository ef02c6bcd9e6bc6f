/** Search over a tool list: every word must occur in the name, title or summary; better places come first. */

export interface Searchable {
  readonly name: string;
  readonly title: string;
  readonly summary: string;
}

/** What a search looks through, made once for a list: 10,000 tools then cost a few milliseconds a keystroke. */
export interface SearchIndex {
  readonly count: number;
  readonly fields: readonly (readonly Haystack[])[];
}

interface Haystack {
  readonly text: string;
  readonly lower: string;
}

export function searchIndex(tools: readonly Searchable[]): SearchIndex {
  const fields = tools.map((t) => [t.name, t.title, t.summary].map((text) => ({ text, lower: text.toLowerCase() })));
  return { count: tools.length, fields };
}

/** Ranks of one word: exact name 0 … somewhere in the summary `worst`. */
const worst = 8;

/** Positions of the tools found, best first, otherwise in list order; all of them for an empty query. */
export function searchTools(index: SearchIndex, query: string): number[] {
  const words = query.toLowerCase().split(/\s+/).filter((w) => w !== '').slice(0, 8);
  if (words.length === 0) return Array.from({ length: index.count }, (_, i) => i);
  const buckets: number[][] = Array.from({ length: worst * words.length + 1 }, () => []);
  for (const [i, fields] of index.fields.entries()) {
    const rank = rankAll(fields, words);
    if (rank >= 0) buckets[rank]?.push(i);
  }
  return buckets.flat();
}

function rankAll(fields: readonly Haystack[], words: readonly string[]): number {
  let sum = 0;
  for (const word of words) {
    const rank = rankWord(fields, word);
    if (rank < 0) return -1;
    sum += rank;
  }
  return sum;
}

function rankWord(fields: readonly Haystack[], word: string): number {
  for (const [f, field] of fields.entries()) {
    const at = field.lower.indexOf(word);
    if (at < 0) continue;
    if (at === 0 && f === 0) return field.lower.length === word.length ? 0 : 1;
    return 2 + 2 * f + (startsWord(field, word, at) ? 0 : 1);
  }
  return -1;
}

/** Whether the word starts at a word's start anywhere in the text: after a space, a sign, or at a camelCase hump. */
function startsWord(field: Haystack, word: string, first: number): boolean {
  for (let at = first; at >= 0 && at < first + 400; at = field.lower.indexOf(word, at + 1)) {
    if (at === 0) return true;
    const before = field.text[at - 1] ?? '';
    const here = field.text[at] ?? '';
    if (!/[\p{L}\p{N}]/u.test(before)) return true;
    if (here !== here.toLowerCase() && before === before.toLowerCase()) return true;
  }
  return false;
}
