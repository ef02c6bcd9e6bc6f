/** Lengths of time as people type them: "30 s", "500 ms", "1 min 30 s". */

const units: Record<string, number> = {
  ms: 1,
  millisecond: 1,
  s: 1000,
  sec: 1000,
  second: 1000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  h: 3_600_000,
  hour: 3_600_000,
};

/** The longest timeout that Go takes, in milliseconds: a day; see profile.MaxTimeout. */
const longest = 24 * 3_600_000;

/** The milliseconds a text stands for; undefined when it is no length of time. Nothing, and 0, are 0. */
export function parseTime(text: string): number | undefined {
  const rest = text.trim().toLowerCase();
  if (rest === '' || /^0+$/.test(rest)) return 0;
  let total = 0;
  let read = '';
  for (const [whole, figure = '', word = ''] of rest.matchAll(/\s*(\d+(?:[.,]\d+)?)\s*([a-z]+)/g)) {
    const unit = units[word] ?? units[word.replace(/(?<=..)s$/, '')];
    if (unit === undefined) return undefined;
    total += Number(figure.replace(',', '.')) * unit;
    read += whole;
  }
  return read === rest && Number.isFinite(total) ? Math.round(total) : undefined;
}

/** What is wrong with a timeout as it was typed; empty when nothing is. */
export function timeProblem(text: string): string {
  const ms = parseTime(text);
  if (ms === undefined) {
    return /^\s*\d+([.,]\d+)?\s*$/.test(text)
      ? 'Of what? For example 30 s or 500 ms.'
      : 'For example 30 s, 500 ms or 2 min.';
  }
  if (ms > longest) return 'A day is the longest.';
  return ms === 0 && /[1-9]/.test(text) ? 'A millisecond is the shortest.' : '';
}

/** Milliseconds in the unit that suits them, exactly: "30 s", "1.5 s", "2 min", "1 min 30 s"; nothing for 0. */
export function timeText(ms: number): string {
  if (ms <= 0) return '';
  if (ms < 1000) return `${String(ms)} ms`;
  const parts: string[] = [];
  let rest = ms;
  for (const [unit, word] of [
    [3_600_000, 'h'],
    [60_000, 'min'],
  ] as const) {
    if (rest >= unit) parts.push(`${String(Math.floor(rest / unit))} ${word}`);
    rest %= unit;
  }
  if (rest > 0) parts.push(`${String(rest / 1000)} s`);
  return parts.join(' ');
}
