import { expect, test } from 'vitest';
import { lineDiff } from './lineDiff';

const shown = (before: string, after: string): string[] =>
  lineDiff(before, after).rows.map((r) => (r.mark === '…' ? `… ${String(r.lines)}` : `${r.mark}${r.text}`));

test.each([
  ['a\nb\n', 'a\nc\n', [' a', '-b', '+c', ' ']],
  ['a', 'a', []],
  ['', 'a\nb', ['+a', '+b']],
  ['a\n', 'a\n\n', [' a', ' ', '+']],
  ['a', 'a\n', [' a', '+']],
])('%j to %j', (before, after, want) => {
  expect(shown(before, after)).toEqual(want);
});

test('folds what is far from a change', () => {
  const lines = Array.from({ length: 20 }, (_, i) => String(i));
  const after = lines.with(10, 'ten');
  expect(shown(lines.join('\n'), after.join('\n'))).toEqual([
    '… 7',
    ' 7',
    ' 8',
    ' 9',
    '-10',
    '+ten',
    ' 11',
    ' 12',
    ' 13',
    '… 6',
  ]);
});

test('counts, and gives up in time', () => {
  expect(lineDiff('a\nb\nc', 'a\nx\ny\nc')).toMatchObject({ added: 2, removed: 1 });
  const noise = (seed: number): string =>
    Array.from({ length: 60_000 }, (_, i) => String((i * seed) % 99_991)).join('\n');
  const before = performance.now();
  lineDiff(noise(7919), noise(104_729));
  expect(performance.now() - before).toBeLessThan(30_000);
});
