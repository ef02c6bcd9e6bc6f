import type { TextLine } from './byteLines';

/** Hits that are counted: more are not walked through. */
const most = 1000;

/** A part of a shown line, characters [from, to); a hit that goes on in the next line has a part in each. */
export interface TextMark {
  hit: number;
  from: number;
  to: number;
}

/** Where a text stands: the shown line in which each hit begins, and what is marked of each line. */
export interface TextHits {
  lines: readonly number[];
  marks: ReadonlyMap<number, readonly TextMark[]>;
}

/** Looks for a text in lines as textLines cuts them, ignoring case; a hit may go over a cut, not over a line's end. */
export function findInLines(lines: readonly TextLine[], wanted: string): TextHits {
  const begins: number[] = [];
  const marks = new Map<number, TextMark[]>();
  if (wanted === '') return { lines: begins, marks };
  const pattern = new RegExp(wanted.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
  for (let first = 0; first < lines.length && begins.length < most;) {
    let end = first + 1;
    while (end < lines.length && lines[end]?.number === 0) end++;
    const whole = lines
      .slice(first, end)
      .map((line) => line.text)
      .join('');
    for (const { index, 0: found } of whole.matchAll(pattern)) {
      if (begins.length === most) break;
      mark(first, index, index + found.length);
    }
    first = end;
  }
  return { lines: begins, marks };

  function mark(first: number, from: number, to: number): void {
    const hit = begins.length;
    let at = 0;
    for (let line = first; at < to; line++) {
      const { length } = lines[line]?.text ?? '';
      if (at + length > from) {
        if (begins.length === hit) begins.push(line);
        const part = { hit, from: Math.max(0, from - at), to: Math.min(length, to - at) };
        marks.set(line, [...(marks.get(line) ?? []), part]);
      }
      at += length;
    }
  }
}

/** A shown line in pieces: what is marked, with the number of its hit, and what is between. */
export function markedPieces(text: string, marks: readonly TextMark[]): { text: string; hit?: number }[] {
  const pieces: { text: string; hit?: number }[] = [];
  let at = 0;
  for (const { hit, from, to } of marks) {
    if (from > at) pieces.push({ text: text.slice(at, from) });
    pieces.push({ text: text.slice(from, to), hit });
    at = to;
  }
  if (at < text.length) pieces.push({ text: text.slice(at) });
  return pieces;
}
