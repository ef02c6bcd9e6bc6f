/** Words for saved calls: what an expectation asks for, and how a call went. */

/** The kinds of an expectation, as the editor offers them. */
export const expectKinds = [
  { value: 'equals', label: 'is', hint: 'Any JSON value; texts stand in quotes. Numbers are compared by value.' },
  { value: 'matches', label: 'matches', hint: 'A regular expression (RE2) that the text holds.' },
  { value: 'exists', label: 'is there', hint: '' },
  { value: 'missing', label: 'is not there', hint: '' },
  { value: 'count', label: 'has this many values', hint: 'How many values the path leads to.' },
  { value: 'schema', label: 'matches the schema', hint: 'A JSON Schema. Nothing is fetched for it.' },
  { value: 'within', label: 'answered within', hint: 'As 500ms or 2s, on the wire.' },
  {
    value: 'error',
    label: 'answered with an error',
    hint: 'A part of the message, as a regular expression; empty: any.',
  },
] as const;

/** Whether an expectation of a kind looks at a place in the result. */
export const hasPath = (kind: string): boolean => kind !== 'within' && kind !== 'error';

/** Whether it has a value to write. */
export const hasValue = (kind: string): boolean => kind !== 'exists' && kind !== 'missing';

/** How a call went. */
export const stateWords: Readonly<Record<string, { label: string; tone: 'ok' | 'err' | 'warn' | 'plain' }>> = {
  '': { label: 'Running', tone: 'plain' },
  passed: { label: 'Passed', tone: 'ok' },
  failed: { label: 'Failed', tone: 'err' },
  broken: { label: 'No answer', tone: 'err' },
  skipped: { label: 'Skipped', tone: 'plain' },
};

/** How a call of a replay went. */
export const replayWords: typeof stateWords = {
  ...stateWords,
  passed: { label: 'Same', tone: 'ok' },
  failed: { label: 'Different', tone: 'warn' },
};

/** "3 passed, 1 failed", without what there is none of. */
export function countWords(
  counts: { passed: number; failed: number; broken: number; skipped: number },
  replay: boolean,
): string {
  const parts = [
    [counts.passed, replay ? 'the same' : 'passed'],
    [counts.failed, replay ? 'different' : 'failed'],
    [counts.broken, 'without an answer'],
    [counts.skipped, 'skipped'],
  ] as const;
  return parts
    .filter(([n]) => n > 0)
    .map(([n, word]) => `${String(n)} ${word}`)
    .join(', ');
}
