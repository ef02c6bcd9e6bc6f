/** The words for how the interface of a server drifts. */
import { plural } from './format';

export const severities = ['breaking', 'risky', 'additive', 'minor'] as const;
export type Severity = (typeof severities)[number];

export const severityWords: Record<Severity, { title: string; about: string; tone: 'err' | 'warn' | 'ok' | 'plain' }> =
  {
    breaking: { title: 'Breaking', about: 'What worked may not work any more', tone: 'err' },
    risky: { title: 'Risky', about: 'It works, and may mean something else', tone: 'warn' },
    additive: { title: 'Additive', about: 'What worked still does, and there is more', tone: 'ok' },
    minor: { title: 'Minor', about: 'Nothing that a call or a model goes by', tone: 'plain' },
  };

/** The changes by severity. */
type Counts = Readonly<Record<Severity, number>>;

export function total(counts: Counts): number {
  return counts.breaking + counts.risky + counts.additive + counts.minor;
}

/** The worst severity there is; undefined for no change. */
export function worst(counts: Counts): Severity | undefined {
  return severities.find((s) => counts[s] > 0);
}

/** "3 changes since 14 Nov, 1 breaking". */
export function driftSummary(counts: Counts, since: number, name = '', when = `since ${name || dayOf(since)}`): string {
  const n = total(counts);
  const parts = severities.filter((s) => counts[s] > 0).map((s) => `${String(counts[s])} ${s}`);
  return [`${n === 0 ? 'No changes' : plural(n, 'change')} ${when}`, ...parts].join(', ');
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** The day of Unix microseconds: "14 Nov", with the year when that is another one, with the time when it is today. */
export function dayOf(us: number, now = Date.now()): string {
  const d = new Date(us / 1000);
  const today = new Date(now);
  const two = (n: number): string => String(n).padStart(2, '0');
  if (d.toDateString() === today.toDateString()) return `${two(d.getHours())}:${two(d.getMinutes())}`;
  const day = `${String(d.getDate())} ${months[d.getMonth()] ?? ''}`;
  return d.getFullYear() === today.getFullYear() ? day : `${day} ${String(d.getFullYear())}`;
}

/** What a change is a change of: "Tool search". */
export function whatChanged(change: { readonly kind: string; readonly name: string; readonly nth?: number }): string {
  if (change.kind === 'server') return 'Server';
  const kind = change.kind.slice(0, 1).toUpperCase() + change.kind.slice(1);
  return `${kind} ${change.name || '(no name)'}${change.nth ? ` (${String(change.nth + 1)}.)` : ''}`;
}
