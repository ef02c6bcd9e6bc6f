/** Dates between a JSON value and the system's own boxes for them. */

/** Whether a text is a full-date (RFC 3339 section 5.6) of a day there is. */
export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The local time a box shows for a date-time (RFC 3339 section 5.6); null for a text that is none. */
export function toLocal(text: string): string | null {
  if (!/^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/.test(text)) return null;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return null;
  const local = new Date(at.getTime() - at.getTimezoneOffset() * 60_000);
  return local.toISOString().slice(0, 19);
}

/** The date-time of a local time, with the offset of this machine then. */
export function fromLocal(text: string): string {
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return text;
  const offset = -at.getTimezoneOffset();
  const two = (n: number): string => String(n).padStart(2, '0');
  const zone =
    offset === 0
      ? 'Z'
      : `${offset < 0 ? '-' : '+'}${two(Math.floor(Math.abs(offset) / 60))}:${two(Math.abs(offset) % 60)}`;
  const seconds = /T\d\d:\d\d$/.test(text) ? ':00' : '';
  return `${text}${seconds}${zone}`;
}
