/**
 * What can be done with an entry: one list, for the menu of its row and that of its detail. Lines that lead to other
 * parts of the window belong here too; what they need is loaded when they are chosen.
 */
import { clock } from '../../lib/format';
import { filterTerm } from '../../lib/filterTokens';
import { plainSeq } from '../../lib/runs';
import { isProse, kindLabel, nameOf } from '../../lib/trafficRows';
import { again } from '../../state/again.svelte';
import { callSaver } from '../../state/appCallSaver';
import { bodySide, compare } from '../../state/appCompare';
import { handOn } from '../../state/handOn.svelte';
import type { TrafficEntry } from '../../state/traffic.svelte';
import type { MenuItem } from '../../ui/menu';

/** What the actions act on besides the entry. */
export interface ActionContext {
  /** Adds a term to the filter. */
  add: (term: string) => void;
  /** Copies what the row stands for. */
  copy: () => void;
  /** Name of the entry's server. */
  server: string;
  /** The view whose rows are shown. */
  view: string;
}

export function entryActions(entry: TrafficEntry, context: ActionContext): MenuItem[] {
  const parts = [...filters(entry, context), 'line' as const, ...repeating(entry, context), ...handing(entry, context)];
  return parts.filter((item, i) => item !== 'line' || (i > 0 && i < parts.length - 1 && parts[i - 1] !== 'line'));
}

/** Terms that the entry suggests. */
function filters(entry: TrafficEntry, { add }: ActionContext): MenuItem[] {
  const { method, name } = entry;
  const items: MenuItem[] = [];
  if (method) {
    items.push(
      { label: `Only ${method}`, icon: 'filter', onselect: () => add(filterTerm('method', method)) },
      { label: `Not ${method}`, onselect: () => add(filterTerm('method', method, true)) },
    );
  }
  if (name && !isProse(entry)) {
    items.push(
      { label: `Only this name`, onselect: () => add(filterTerm('name', name)) },
      { label: `Not this name`, onselect: () => add(filterTerm('name', name, true)) },
    );
  }
  if (items.length > 0) items.push('line');
  const call = callTerm(entry);
  if (call) items.push({ label: 'Same call', onselect: () => add(call) });
  items.push(
    { label: 'From here on', onselect: () => add(`seq:>=${String(plainSeq(entry.seq))}`) },
    { label: 'Up to here', onselect: () => add(`seq:<=${String(plainSeq(entry.seq))}`) },
  );
  return items;
}

/** The term that finds what belongs to the same call or exchange. */
function callTerm(entry: TrafficEntry): string {
  if (entry.call) return filterTerm('call', entry.call);
  const exchange = entry.kind === 'http' ? entry.seq : entry.exchange;
  if (exchange) return `exchange:${String(plainSeq(exchange))}`;
  return entry.pair ? `(seq:${String(plainSeq(entry.seq))} OR seq:${String(plainSeq(entry.pair))})` : '';
}

/** What makes the entry's call once more. */
function repeating(entry: TrafficEntry, { view }: ActionContext): MenuItem[] {
  const request = entry.message === 'request' ? entry.seq : entry.pair;
  const ours = entry.dir === (entry.message === 'request' ? 'out' : 'in');
  if (!request || !ours || entry.kind !== 'frame') return [];
  const title = [entry.method, nameOf(entry)].filter(Boolean).join(' ');
  return [
    { label: 'Send again…', onselect: () => again.ask([request], title) },
    { label: 'Send all that is shown again…', onselect: () => void again.askShown(view) },
    { label: 'Save call…', onselect: () => void callSaver.ask([request], title) },
    'line',
  ];
}

/** What hands the entry on. */
function handing(entry: TrafficEntry, { copy, server, view }: ActionContext): MenuItem[] {
  const items: MenuItem[] = [{ label: 'Copy', icon: 'copy', keys: 'Mod+C', onselect: copy }];
  if (!isProse(entry)) {
    const title = [kindLabel(entry), entry.method, nameOf(entry), `#${String(plainSeq(entry.seq))}`]
      .filter(Boolean)
      .join(' ');
    const part = entry.kind === 'http' ? 'response' : 'message';
    const { picked } = compare;
    items.push({
      label: picked ? `Compare with “${picked.title}”` : 'Compare with…',
      onselect: () => compare.pick(bodySide(entry.seq, title, `${clock(entry.time)}, ${server}`, part)),
    });
  }
  items.push(
    { label: 'Copy as code…', onselect: () => handOn.copyAs(entry.seq) },
    { label: 'Export…', onselect: () => handOn.export(view, [entry.seq], entry.conn) },
  );
  return items;
}
