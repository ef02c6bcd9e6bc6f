import { plural } from './format';

const words: Readonly<Record<string, string>> = {
  pass: 'Pass',
  fail: 'Fail',
  warning: 'Warning',
  skipped: 'Skipped',
  running: 'Running',
};

/** The state of a negative check, for people. */
export function checkWord(state: string): string {
  return words[state] ?? state;
}

/** What came of a run in one line: "9 passed, 1 failed, 2 skipped". */
export function checkSummary(results: readonly { state: string }[]): string {
  const of = (state: string): number => results.filter((r) => r.state === state).length;
  const parts = [
    of('pass') > 0 ? `${String(of('pass'))} passed` : '',
    of('fail') > 0 ? `${String(of('fail'))} failed` : '',
    of('warning') > 0 ? plural(of('warning'), 'warning') : '',
    of('skipped') > 0 ? `${String(of('skipped'))} skipped` : '',
  ].filter((part) => part !== '');
  return parts.join(', ') || 'nothing was checked';
}

const ranks: readonly string[] = ['fail', 'warning', 'skipped'];

/** What is wrong first; otherwise in their order. */
export function worstFirst<T extends { state: string }>(results: readonly T[]): T[] {
  const rank = (r: T): number => (ranks.includes(r.state) ? ranks.indexOf(r.state) : ranks.length);
  return results.toSorted((a, b) => rank(a) - rank(b));
}
