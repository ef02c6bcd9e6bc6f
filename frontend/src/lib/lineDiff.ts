/** What changed between two texts, line by line, with a few lines around each change. */

import { diffLines } from 'diff';

export type DiffRow =
  | { readonly mark: '+' | '-' | ' '; readonly text: string }
  /** Lines left out because they are as before. */
  | { readonly mark: '…'; readonly lines: number };

export interface LineDiff {
  readonly added: number;
  readonly removed: number;
  readonly rows: readonly DiffRow[];
}

/** Lines shown around a change. */
const around = 3;
/** Milliseconds a comparison may take; beyond it there is none. */
const limit = 250;

/** Compares two texts; null when they differ too much to be compared in time. */
export function lineDiff(before: string, after: string): LineDiff | null {
  if (before === after) return { added: 0, removed: 0, rows: [] };
  const parts = diffLines(before, after, { timeout: limit });
  if (!parts) return null;
  const rows: DiffRow[] = [];
  let added = 0;
  let removed = 0;
  for (const [i, part] of parts.entries()) {
    const lines = (part.value.endsWith('\n') ? part.value.slice(0, -1) : part.value).split('\n');
    if (part.added) added += lines.length;
    else if (part.removed) removed += lines.length;
    const mark = part.added ? '+' : part.removed ? '-' : ' ';
    if (mark === ' ') rows.push(...folded(lines, i > 0, i < parts.length - 1));
    else for (const text of lines) rows.push({ mark, text });
  }
  return { added, removed, rows };
}

/** Lines that are as before: those next to a change stay. */
function folded(lines: readonly string[], head: boolean, tail: boolean): DiffRow[] {
  const [first, last] = [head ? around : 0, tail ? around : 0];
  const same = (text: string): DiffRow => ({ mark: ' ', text });
  // A fold that hides one line says as much as the line.
  if (lines.length <= first + last + 1) return lines.map(same);
  return [
    ...lines.slice(0, first).map(same),
    { mark: '…', lines: lines.length - first - last },
    ...lines.slice(lines.length - last).map(same),
  ];
}
