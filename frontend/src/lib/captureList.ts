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

/** Captures of one run of the program, or of one file. */
export interface RunGroup<T> {
  run: number;
  /** When the first connection began and the last one ended, in Unix microseconds; 0: one lasts. */
  began: number;
  ended: number;
  entries: number;
  captures: T[];
}

function holds(capture: ListedCapture, text: string): boolean {
  const held = [capture.server, capture.target, capture.name, capture.comment].join('\n').toLowerCase();
  return held.includes(text.trim().toLowerCase());
}

/** The captures that hold a text, by run of the program, the newest run first; in a run the first one first. */
export function captureRuns<T extends ListedCapture & { run: number; entries: number }>(
  captures: readonly T[],
  text: string,
): RunGroup<T>[] {
  const runs = new Map<number, T[]>();
  for (const capture of [...captures].sort((a, b) => a.began - b.began))
    if (holds(capture, text)) runs.set(capture.run, [...(runs.get(capture.run) ?? []), capture]);
  return [...runs]
    .map(([run, list]) => ({
      run,
      began: list[0]?.began ?? 0,
      ended: list.some(({ ended }) => ended === 0) ? 0 : Math.max(...list.map((c) => Math.max(c.ended, c.last))),
      entries: list.reduce((sum, { entries }) => sum + entries, 0),
      captures: list,
    }))
    .sort((a, b) => b.began - a.began);
}

/** The captures that hold a text, by server and day, the newest first. */
export function captureGroups<T extends ListedCapture>(
  captures: readonly T[],
  text: string,
  now: number,
): CaptureGroup<T>[] {
  const groups = new Map<string, Map<string, T[]>>();
  for (const capture of [...captures].sort((a, b) => b.began - a.began)) {
    if (!holds(capture, text)) continue;
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
