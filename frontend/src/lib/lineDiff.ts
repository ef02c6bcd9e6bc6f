/** What changed between two texts, line by line, with a few lines around each change. */
import { textRows } from './diffRows';
import { inlineRows } from './inlineRows';
import { atOnce } from './slices';

export type DiffRow =
  | { readonly mark: '+' | '-' | ' '; readonly text: string }
  /** Lines left out because they are as before. */
  | { readonly mark: '…'; readonly lines: number };

export interface LineDiff {
  readonly added: number;
  readonly removed: number;
  readonly rows: readonly DiffRow[];
}

/** Compares two texts. */
export function lineDiff(before: string, after: string): LineDiff {
  if (before === after) return { added: 0, removed: 0, rows: [] };
  const rows = inlineRows(atOnce(textRows(before, after)).rows).map(({ row, side }): DiffRow => {
    if (row.fold) return { mark: '…', lines: row.fold.count };
    if (side === 'was') return { mark: '-', text: row.was ?? '' };
    return { mark: side === 'now' ? '+' : ' ', text: row.now ?? '' };
  });
  const count = (mark: string): number => rows.filter((r) => r.mark === mark).length;
  return { added: count('+'), removed: count('-'), rows };
}
