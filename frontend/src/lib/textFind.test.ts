import { expect, it } from 'vitest';
import { textLines } from './byteLines';
import { findInLines, markedPieces } from './textFind';

it('finds a text in any case, over the cut of a long line, not over the end of one', () => {
  const lines = textLines('abcdEF\nxab\ncab', 4); // abcd EF xab cab
  const hits = findInLines(lines, 'DE');
  expect(hits.lines).toEqual([0]);
  expect([...hits.marks]).toEqual([
    [0, [{ hit: 0, from: 3, to: 4 }]],
    [1, [{ hit: 0, from: 0, to: 1 }]],
  ]);
  expect(findInLines(lines, 'ab').lines).toEqual([0, 2, 3]);
  expect(findInLines(lines, 'fx').lines).toEqual([]);
  expect(findInLines(lines, '').lines).toEqual([]);
});

it('takes signs of patterns for what they are, and stops at a thousand', () => {
  expect(findInLines(textLines('a.b axb', 80), '.').lines).toEqual([0]);
  expect(findInLines(textLines('a'.repeat(5000), 80), 'a').lines.length).toBe(1000);
});

it('cuts a line into what is marked and what is between', () => {
  const [line] = textLines('one two one', 80);
  const marks = findInLines(line ? [line] : [], 'one').marks.get(0) ?? [];
  expect(markedPieces('one two one', marks)).toEqual([
    { text: 'one', hit: 0 },
    { text: ' two ' },
    { text: 'one', hit: 1 },
  ]);
});
