import { duration } from './format';

/** What is told of a capture in a list. */
export interface ListedCapture {
  id: string;
  server: string;
  target: string;
  name: string;
  comment: string;
  began: number;
  last: number;
  ended: number;
}

/** Captures of one server, by day. */
export interface CaptureGroup<T> {
  server: string;
  days: { day: string; captures: T[] }[];
}

/** The captures that hold a text, by server and day, the newest first. */
export function captureGroups<T extends ListedCapture>(
  captures: readonly T[],
  text: string,
  now: number,
): CaptureGroup<T>[] {
  const wanted = text.trim().toLowerCase();
  const groups = new Map<string, Map<string, T[]>>();
  for (const capture of [...captures].sort((a, b) => b.began - a.began)) {
    const held = [capture.server, capture.target, capture.name, capture.comment].join('\n').toLowerCase();
    if (!held.includes(wanted)) continue;
    const days = groups.get(capture.server) ?? new Map<string, T[]>();
    groups.set(capture.server, days);
    const day = dayOf(capture.began, now);
    days.set(day, [...(days.get(day) ?? []), capture]);
  }
  return [...groups].map(([server, days]) => ({
    server,
    days: [...days].map(([day, list]) => ({ day, captures: list })),
  }));
}

/** The day of a time, in Unix microseconds: "Today", "Yesterday", or its date. */
export function dayOf(us: number, now: number): string {
  const date = new Date(us / 1000);
  const back = (days: number): string => new Date(now / 1000 - days * 86_400_000).toDateString();
  if (date.toDateString() === back(0)) return 'Today';
  if (date.toDateString() === back(1)) return 'Yesterday';
  return date.toLocaleDateString(undefined, { weekday: 'short', year: 'numeric', month: 'short', day: 'numeric' });
}

/** How long a connection lasted, or that it lasts. */
export function lasted({ began, ended, last }: ListedCapture): string {
  if (ended === 0) return 'connected';
  return duration(Math.max(0, Math.max(ended, last) - began));
}
