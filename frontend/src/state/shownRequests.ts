/** The requests among the rows of a view. */
import type { ViewsBackend } from '../backend';

/** The most that are taken: a run of saved calls holds no more. */
export const mostRequests = 2000;

/** The numbers of the requests to the server that a view lists, in order; `more` when there are too many. */
export async function shownRequests(
  source: Pick<ViewsBackend, 'rows'>,
  view: string,
): Promise<{ seqs: number[]; more: boolean }> {
  const seqs: number[] = [];
  for (let index = 0; ;) {
    const { entries, state } = await source.rows(view, index, 1000);
    for (const entry of entries) {
      if (entry.kind !== 'frame' || entry.message !== 'request' || entry.dir !== 'out') continue;
      if (seqs.length === mostRequests) return { seqs, more: true };
      seqs.push(entry.seq);
    }
    index += entries.length;
    if (entries.length === 0 || index >= state.rows) return { seqs, more: false };
  }
}
