/** Figures of calls in words, and in the order that was asked for. */

export interface Figures {
  readonly count: number;
  readonly answered: number;
  readonly errors: number;
  readonly open: number;
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
}

export interface Row extends Figures {
  readonly name: string;
  readonly dir: string;
  readonly before?: Figures;
}

export type Column = 'name' | 'count' | 'errors' | 'p50' | 'p95' | 'p99' | 'max' | 'bytes';

export const columns: readonly { id: Column; label: string; title: string }[] = [
  { id: 'count', label: 'Calls', title: 'Calls, or notifications' },
  { id: 'errors', label: 'Errors', title: 'Error responses, tool errors, HTTP 400 and up, no answer' },
  { id: 'p50', label: 'p50', title: 'Half of them took no longer' },
  { id: 'p95', label: 'p95', title: '95 of 100 took no longer' },
  { id: 'p99', label: 'p99', title: '99 of 100 took no longer' },
  { id: 'max', label: 'Max', title: 'The slowest' },
  { id: 'bytes', label: 'Bytes', title: 'Sent and received' },
];

const valueOf = (row: Figures, column: Column): number =>
  column === 'bytes' ? row.bytesIn + row.bytesOut : column === 'name' ? 0 : row[column];

/** Rows by a column; equal ones by name. */
export function sortRows<T extends Row>(rows: readonly T[], column: Column, descending: boolean): T[] {
  const by = descending ? -1 : 1;
  return [...rows].sort((a, b) => {
    const order = column === 'name' ? a.name.localeCompare(b.name) : valueOf(a, column) - valueOf(b, column);
    return order === 0 ? a.name.localeCompare(b.name) : by * order;
  });
}

/** How much slower (above 0) or faster a figure became, in percent; undefined where there is nothing to compare. */
export function change(now: number, before: number | undefined): number | undefined {
  return before === undefined || before === 0 || now === 0 ? undefined : Math.round((now / before - 1) * 100);
}

/** "+12 %", "−3 %"; empty within what is noise. */
export function changeWords(percent: number | undefined): string {
  if (percent === undefined || Math.abs(percent) < 5) return '';
  return percent > 0 ? `+${String(percent)} %` : `−${String(-percent)} %`;
}
