import type { RowEntry } from './trafficRows';

export type DetailTab = 'message' | 'result' | 'http' | 'timing' | 'call' | 'raw';

export const tabLabels: Record<DetailTab, string> = {
  message: 'Message',
  result: 'Result',
  http: 'HTTP',
  timing: 'Timing',
  call: 'Same call',
  raw: 'Raw',
};

/** The tabs that apply to an entry: what has no HTTP side has no HTTP tab, what is no bytes has no raw ones. */
export function tabsOf(entry: RowEntry): DetailTab[] {
  switch (entry.kind) {
    case 'http':
      return ['http', 'timing', 'call', 'raw'];
    case 'frame':
    case 'sse':
      return [
        'message',
        ...(resultOf(entry) === undefined ? [] : (['result'] as const)),
        ...(entry.exchange ? (['http', 'timing'] as const) : []),
        ...(entry.call || entry.pair || entry.exchange ? (['call'] as const) : []),
        'raw',
      ];
    case 'stderr':
    case 'app':
      return ['message', 'raw'];
    default:
      return ['message'];
  }
}

/** The tab to show: the wanted one where it applies, else the entry's first. */
export function tabFor(entry: RowEntry, wanted: DetailTab): DetailTab {
  const tabs = tabsOf(entry);
  return tabs.includes(wanted) ? wanted : (tabs[0] ?? 'message');
}

/** Number of the exchange whose HTTP side belongs to an entry, or undefined. */
export function exchangeOf(entry: RowEntry): number | undefined {
  return entry.kind === 'http' ? entry.seq : entry.exchange || undefined;
}

/** Number of the entry whose result has a typed view: a good answer, or that to a request; undefined for none. */
export function resultOf(entry: RowEntry): number | undefined {
  if (entry.kind !== 'frame' || !entry.method) return undefined;
  if (entry.message === 'response') return entry.seq;
  return entry.message === 'request' && entry.pair && !entry.code ? entry.pair : undefined;
}
