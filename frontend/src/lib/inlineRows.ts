/** A difference in one column. */
import type { DiffRow } from './diffRows';

/** One line of a view that shows both sides in one column. */
export interface InlineRow {
  readonly row: DiffRow;
  /** Which side of it; both where they are alike. */
  readonly side: 'was' | 'now' | 'both';
}

/** The rows for one column: of what changed first what was, then what is. */
export function inlineRows(rows: readonly DiffRow[]): InlineRow[] {
  const out: InlineRow[] = [];
  for (let i = 0; i < rows.length;) {
    const row = rows[i];
    if (!row) break;
    if (row.mark !== 'changed') {
      out.push({ row, side: row.mark === 'removed' ? 'was' : row.mark === 'added' ? 'now' : 'both' });
      i++;
      continue;
    }
    let end = i;
    while (rows[end]?.mark === 'changed' && rows[end]?.change === row.change) end++;
    for (let k = i; k < end; k++) push(out, rows[k], 'was');
    for (let k = i; k < end; k++) push(out, rows[k], 'now');
    i = end;
  }
  return out;
}

function push(out: InlineRow[], row: DiffRow | undefined, side: 'was' | 'now'): void {
  if (row) out.push({ row, side });
}
