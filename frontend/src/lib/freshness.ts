/** How long an answer stays fresh by the server's word (ttlMs, cacheScope), and whether it still is. */

export interface Hint {
  /** Milliseconds. */
  readonly ttl: number;
  readonly scope: string;
  /** Unix microseconds. */
  readonly until: number;
  /** Why it is not although there is time left: changed, token; else empty. */
  readonly stale: string;
}

export interface Freshness {
  readonly fresh: boolean;
  /** The server said from the start that it must not be kept: nothing to warn of. */
  readonly plain?: boolean;
  readonly label: string;
  /** The time that is left; empty when there is none. */
  readonly left: string;
  readonly about: string;
}

/** What to say of a hint at a time (Unix microseconds); undefined without one. `changed`: the server said so since. */
export function freshness(hint: Hint | null | undefined, now: number, changed = false): Freshness | undefined {
  if (!hint) return undefined;
  const scope = hint.scope ? ` Its cacheScope is ${hint.scope}.` : '';
  const said = `The server gives it ${span(hint.ttl)}.${scope}`;
  if (changed || hint.stale === 'changed')
    return { fresh: false, label: 'stale: changed', left: '', about: `${said} It said since that it changed.` };
  if (hint.stale === 'token')
    return { fresh: false, label: 'stale: other token', left: '', about: `${said} It was read with another token.` };
  if (hint.ttl <= 0)
    return {
      fresh: false,
      plain: true,
      label: 'not cached',
      left: '',
      about: `${said} Whoever wants it current asks for it anew.`,
    };
  const left = (hint.until - now) / 1000;
  if (left <= 0) return { fresh: false, label: 'stale', left: '', about: `${said} That time is over.` };
  return {
    fresh: true,
    label: 'fresh',
    left: span(left),
    about: `${said} Until then it is not asked for again by itself.`,
  };
}

/** What a hint says: "10 min, private". */
export function hintWords(hint: Pick<Hint, 'ttl' | 'scope'>): string {
  return `${span(hint.ttl)}, ${hint.scope || 'no cacheScope'}`;
}

/** Milliseconds in the unit that suits: "12 s", "5 min", "2 h". */
function span(ms: number): string {
  if (ms < 1000) return `${String(Math.max(0, Math.round(ms)))} ms`;
  const s = Math.ceil(ms / 1000);
  if (s < 120) return `${String(s)} s`;
  const min = Math.round(s / 60);
  return min < 120 ? `${String(min)} min` : `${String(Math.round(min / 60))} h`;
}
