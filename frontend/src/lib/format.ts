/**
 * How figures are written, the same everywhere. Sizes are decimal (1 kB = 1000 B), durations come in microseconds,
 * and both have three significant digits: more would be noise, fewer would hide a 5 % change.
 */

const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** A whole number with thousands separators: "12,345". */
export function count(n: number): string {
  return grouped.format(n);
}

/** A whole number in at most four characters: "812", "12k", "1.2M". */
export function countShort(n: number): string {
  if (n < 1000) return String(n);
  const [value, unit] = n < 999_500 ? [n / 1000, 'k'] : [n / 1_000_000, 'M'];
  return `${value < 9.95 ? value.toFixed(1) : String(Math.round(value))}${unit}`;
}

/** A number with its noun: "1 entry", "1,200 entries". The plural is the singular and an s unless given. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${count(n)} ${n === 1 ? one : many}`;
}

/** A length in bytes: "0 B", "812 B", "1.23 kB", "50.0 MB". */
export function bytes(n: number): string {
  if (n < 1000) return `${String(Math.max(0, Math.round(n)))} B`;
  let value = n;
  for (const unit of ['kB', 'MB', 'GB']) {
    value /= 1000;
    // 999.5 of a unit would be written as 1000 of it.
    if (value < 999.5 || unit === 'GB') return `${significant(value)} ${unit}`;
  }
  return `${String(n)} B`;
}

/** The exact length, for a tooltip: "1,234 bytes". */
export function bytesExact(n: number): string {
  return plural(n, 'byte');
}

/** A duration given in microseconds: "0.42 ms", "12.3 ms", "1.20 s", "2 min 05 s", "1 h 02 min". */
export function duration(us: number): string {
  if (us <= 0) return '0 ms';
  if (us < 5) return '<0.01 ms';
  const ms = us / 1000;
  if (ms < 1) return `${ms < 0.995 ? ms.toFixed(2) : '1.00'} ms`;
  if (ms < 999.5) return `${significant(ms)} ms`;
  const s = ms / 1000;
  if (s < 59.95) return `${significant(s)} s`;
  const whole = Math.round(s);
  if (whole < 3600) return `${String(Math.floor(whole / 60))} min ${two(whole % 60)} s`;
  const minutes = Math.round(s / 60);
  return `${String(Math.floor(minutes / 60))} h ${two(minutes % 60)} min`;
}

/** Local time of day of Unix microseconds: "14:03:09.042". */
export function clock(us: number): string {
  const d = new Date(us / 1000);
  return `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}.${three(Math.floor((us / 1000) % 1000))}`;
}

/** Local date and time of Unix microseconds to the second: "2026-01-31 14:03:09". */
export function dateTime(us: number): string {
  const d = new Date(us / 1000);
  return `${String(d.getFullYear())}-${two(d.getMonth() + 1)}-${two(d.getDate())} ${clock(us).slice(0, 8)}`;
}

/** The same to the microsecond, with the offset: for tooltips and copies. */
export function fullTime(us: number): string {
  const fraction = String(((us % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, '0');
  const offset = -new Date(us / 1000).getTimezoneOffset();
  const size = Math.abs(offset);
  return `${dateTime(us)}.${fraction} ${offset < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`;
}

/** Time since a starting point, both in microseconds: "+0.420 s", "+65.001 s". */
export function relative(us: number, from: number): string {
  const ms = Math.round((us - from) / 1000);
  return `${ms < 0 ? '-' : '+'}${(Math.abs(ms) / 1000).toFixed(3)} s`;
}

function significant(value: number): string {
  if (value >= 99.95) return value.toFixed(0);
  return value >= 9.995 ? value.toFixed(1) : value.toFixed(2);
}

function two(n: number): string {
  return String(n).padStart(2, '0');
}

function three(n: number): string {
  return String(n).padStart(3, '0');
}
