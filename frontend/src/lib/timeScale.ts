/** Time on an axis: windows of it, ticks, and the terms that filter by it. All times are Unix microseconds. */

/** A part of the time axis; `to` is after `from`. */
export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

/** The shortest window: ten microseconds. */
export const shortest = 10;

const ms = 1000;
const s = 1000 * ms;
const min = 60 * s;
const hour = 60 * min;
const day = 24 * hour;

/** Steps between ticks, in microseconds. */
const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500,
  ms, 2 * ms, 5 * ms, 10 * ms, 20 * ms, 50 * ms, 100 * ms, 200 * ms, 500 * ms,
  s, 2 * s, 5 * s, 10 * s, 15 * s, 30 * s,
  min, 2 * min, 5 * min, 10 * min, 15 * min, 30 * min,
  hour, 2 * hour, 3 * hour, 6 * hour, 12 * hour,
  day, 2 * day, 7 * day, 30 * day, 365 * day,
]; // prettier-ignore

/** Keeps a window within bounds and no shorter than can be shown, as long as it was where that can be. */
export function clampWindow(window: TimeWindow, bounds: TimeWindow): TimeWindow {
  const length = Math.min(Math.max(window.to - window.from, shortest), Math.max(bounds.to - bounds.from, shortest));
  const from = Math.max(bounds.from, Math.min(window.from, bounds.to - length));
  return { from, to: from + length };
}

/** The window zoomed by a factor (below 1: nearer) around a time that stays where it is. */
export function zoomWindow(window: TimeWindow, factor: number, around: number, bounds: TimeWindow): TimeWindow {
  const length = Math.max((window.to - window.from) * factor, shortest);
  const share = (around - window.from) / (window.to - window.from);
  const from = around - length * share;
  return clampWindow({ from, to: from + length }, bounds);
}

/** The window moved by a share of its length. */
export function panWindow(window: TimeWindow, share: number, bounds: TimeWindow): TimeWindow {
  const by = (window.to - window.from) * share;
  return clampWindow({ from: window.from + by, to: window.to + by }, bounds);
}

/** Where a time stands on an axis of `width` pixels. */
export function xOf(time: number, window: TimeWindow, width: number): number {
  return ((time - window.from) / (window.to - window.from)) * width;
}

/** The time at a place on an axis of `width` pixels. */
export function timeAt(x: number, window: TimeWindow, width: number): number {
  return window.from + (x / Math.max(width, 1)) * (window.to - window.from);
}

export interface Tick {
  readonly time: number;
  readonly label: string;
}

/** Ticks no nearer than `room` pixels, at round times of the user's clock. */
export function ticks(window: TimeWindow, width: number, room = 90): Tick[] {
  const length = window.to - window.from;
  if (width <= 0 || length <= 0) return [];
  const step = steps.find((one) => (one / length) * width >= room) ?? 365 * day;
  // Round times of the clock, not of UTC.
  const zone = new Date(window.from / 1000).getTimezoneOffset() * min;
  const first = Math.ceil((window.from - zone) / step) * step + zone;
  const out: Tick[] = [];
  for (let time = first; time <= window.to && out.length < 200; time += step)
    out.push({ time, label: tickLabel(time, step) });
  return out;
}

const two = (n: number): string => String(n).padStart(2, '0');

/** A time as precise as the step between ticks asks for. */
export function tickLabel(time: number, step: number): string {
  const date = new Date(Math.floor(time / 1000));
  const day0 = `${String(date.getMonth() + 1)}/${String(date.getDate())}`;
  if (step >= day) return day0;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}`;
  if (step >= min) return clock;
  const seconds = `${clock}:${two(date.getSeconds())}`;
  if (step >= s) return seconds;
  const micros = Math.round(((time % s) + s) % s);
  const digits = step >= ms ? 3 : 6;
  const part = String(micros).padStart(6, '0').slice(0, digits);
  return `${two(date.getSeconds())}.${part}`;
}

/** A time as the filter language takes it exactly. */
export function exactTime(us: number): string {
  const whole = new Date(Math.floor(us / s) * 1000).toISOString().slice(0, 19);
  return `${whole}.${String(Math.round(((us % s) + s) % s)).padStart(6, '0')}Z`;
}

const timeTerm = /(^|\s)-?(?:since|until):\S+/gi;

/** A filter that shows a window of time, in place of what it said of time before. */
export function withWindow(filter: string, window: TimeWindow | undefined): string {
  const rest = filter.replace(timeTerm, '$1').replace(/\s+/g, ' ').trim();
  if (!window) return rest;
  const terms = `since:${exactTime(Math.floor(window.from))} until:${exactTime(Math.ceil(window.to))}`;
  return rest === '' ? terms : `${rest} ${terms}`;
}
