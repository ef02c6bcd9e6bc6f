import { clock, dateTime } from './format';
import type { TimeWindow } from './timeScale';

/** A time in Unix microseconds as it is edited: local, to the millisecond. */
export function writeTime(us: number): string {
  return dateTime(us) + clock(us).slice(8);
}

const written = /^\s*(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d)(?::(\d\d)(?:[.,](\d{1,6}))?)?\s*$/;

/**
 * The time a text stands for, in Unix microseconds: its first one, or with `end` the last one that is written so.
 * Undefined for a text that is none.
 */
export function readTime(text: string, end = false): number | undefined {
  const [, day, minute, second, part = ''] = written.exec(text) ?? [];
  if (day === undefined || minute === undefined) return undefined;
  const at = new Date(`${day}T${minute}:${second ?? '00'}`).getTime() * 1000;
  // Some engines take 31 February for 3 March.
  if (Number.isNaN(at) || !dateTime(at).startsWith(`${day} ${minute}`)) return undefined;
  const fill = end ? '9' : '0';
  const rest = second === undefined && end ? 59_000_000 : 0;
  return at + rest + Number(part.padEnd(6, fill));
}

const since = /(?:^|\s)since:(\S+)/i;
const until = /(?:^|\s)until:(\S+)/i;

/** The window of time that a filter says exactly, as the timeline writes it. */
export function windowOf(filter: string): TimeWindow | undefined {
  const time = (of: RegExp): number | undefined => {
    const [, whole, micros] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)\.(\d{6})Z$/i.exec(of.exec(filter)?.[1] ?? '') ?? [];
    return whole === undefined ? undefined : Date.parse(`${whole}Z`) * 1000 + Number(micros);
  };
  const [from, to] = [time(since), time(until)];
  return from === undefined || to === undefined || from > to ? undefined : { from, to };
}
