/**
 * Numbers of entries: one of this run of the program has its plain number, below 2^32; one of an earlier run, or of a
 * capture file that was opened, carries the run in front: run * 2^32 + number.
 */
const perRun = 2 ** 32;

/** Whether an entry is of an earlier run. */
export function earlier(seq: number): boolean {
  return seq >= perRun;
}

/** The number of an entry within its run: what is shown of it. */
export function plainSeq(seq: number): number {
  return seq % perRun;
}

/** The id of the capture an entry of an earlier run belongs to. */
export function captureOf(entry: { seq: number; conn: string }): string {
  return `${String(Math.floor(entry.seq / perRun))}:${entry.conn}`;
}
