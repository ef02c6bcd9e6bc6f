/** CSV as rows, read in slices so that the page breathes. Reading is Papa Parse's: RFC 4180, the delimiter guessed. */

import Papa from 'papaparse';

export interface Csv {
  readonly rows: readonly (readonly string[])[];
  /** Most fields of a row. */
  readonly columns: number;
  readonly delimiter: string;
  /** What is wrong with the text: quotes that do not close. At most `maxProblems`. */
  readonly problems: readonly string[];
}

/** UTF-16 units read at once: some milliseconds of work. */
const slice = 128 << 10;
const maxProblems = 5;

/** Reads all rows; throws the signal's reason when it is given up. */
export function readCsv(text: string, signal?: AbortSignal): Promise<Csv> {
  return new Promise((resolve, reject) => {
    const rows: string[][] = [];
    const problems: string[] = [];
    let columns = 0;
    let delimiter = ',';
    const take = (results: Papa.ParseResult<string[]>): void => {
      for (const row of results.data) {
        rows.push(row);
        columns = Math.max(columns, row.length);
      }
      delimiter = results.meta.delimiter || delimiter;
      for (const error of results.errors) {
        // One column has no delimiter to guess: that is no fault.
        if (error.type === 'Delimiter' || problems.length >= maxProblems) continue;
        problems.push(error.row === undefined ? error.message : `row ${String(error.row + 1)}: ${error.message}`);
      }
    };
    // The types know chunkSize for files only; a string is read in chunks by the same option.
    const config: Papa.ParseLocalConfig<string[], never> = {
      chunkSize: slice,
      skipEmptyLines: true,
      chunk: (results: Papa.ParseResult<string[]>, parser: Papa.Parser) => {
        take(results);
        if (signal?.aborted) {
          // First: abort calls complete.
          reject(signal.reason as Error);
          parser.abort();
          return;
        }
        parser.pause();
        setTimeout(() => parser.resume());
      },
      complete: () => resolve({ rows, columns, delimiter, problems }),
    };
    Papa.parse(text.startsWith('\ufeff') ? text.slice(1) : text, config as never);
  });
}

/** Characters a column takes, from the widest of the first rows: enough to read most of it, and not all the room. */
export function columnWidths(csv: Csv, [least, most]: readonly [number, number] = [4, 42]): number[] {
  const widths = Array.from({ length: csv.columns }, () => least);
  for (const row of csv.rows.slice(0, 200))
    for (const [i, field] of row.entries()) widths[i] = Math.min(most, Math.max(widths[i] ?? least, field.length));
  return widths;
}
