/** The parts of a challenge this file needs, as app/challenge tells them. */
export interface RawScheme {
  name: string;
  token68?: string;
  params: { name: string; start: number }[];
  header: number;
  start: number;
  end: number;
  problem?: { offset: number; message: string };
}

/** A piece of a raw header value. */
export interface Piece {
  text: string;
  kind: 'plain' | 'scheme' | 'token68' | 'param' | 'unread';
  /** Key of the row that explains it: scheme index, or scheme and parameter index: "0", "0.2". */
  key: string;
  /** Set on the piece before which reading stopped: what was expected there. */
  stopped?: string;
}

/**
 * Cuts the raw value of a WWW-Authenticate header into pieces that belong to the schemes and parameters found in it.
 * The pieces together are the value, byte for byte. Offsets count bytes of UTF-8, as Go counts.
 */
export function rawPieces(raw: string, header: number, schemes: readonly RawScheme[]): Piece[] {
  const bytes = new TextEncoder().encode(raw);
  const decoder = new TextDecoder();
  const pieces: Piece[] = [];
  let at = 0;
  const upTo = (end: number, kind: Piece['kind'], key: string) => {
    const to = Math.min(bytes.length, end);
    if (to <= at) return;
    pieces.push({ text: decoder.decode(bytes.subarray(at, to)), kind, key });
    at = to;
  };
  schemes.forEach((scheme, index) => {
    if (scheme.header !== header) return;
    const key = String(index);
    const stop = scheme.problem?.offset ?? scheme.end;
    upTo(scheme.start, 'plain', '');
    upTo(Math.min(scheme.start + scheme.name.length, stop), 'scheme', key);
    scheme.params.forEach((param, i) => {
      upTo(Math.min(param.start, stop), scheme.token68 ? 'token68' : 'plain', key);
      upTo(Math.min(scheme.params[i + 1]?.start ?? stop, stop), 'param', `${key}.${String(i)}`);
    });
    upTo(stop, scheme.token68 ? 'token68' : 'plain', key);
    if (scheme.problem) {
      const next = schemes.find((other, i) => i > index && other.header === header);
      const from = pieces.length;
      upTo(next?.start ?? bytes.length, 'unread', key);
      const first = pieces[from];
      if (first) first.stopped = scheme.problem.message;
      else pieces.push({ text: '', kind: 'unread', key, stopped: scheme.problem.message });
    }
  });
  upTo(bytes.length, 'plain', '');
  return pieces.flatMap(trimmed);
}

/** Moves the separators behind a parameter or token out of it: they are not part of what is explained. */
function trimmed(piece: Piece): Piece[] {
  if (piece.kind !== 'param' && piece.kind !== 'token68') return [piece];
  const lead = /^[\s,]*/.exec(piece.text)?.[0] ?? '';
  const body = piece.text.slice(lead.length).replace(/[\s,]+$/, '');
  const tail = piece.text.slice(lead.length + body.length);
  const plain = (text: string): Piece[] => (text ? [{ text, kind: 'plain', key: '' }] : []);
  return [...plain(lead), ...(body ? [{ ...piece, text: body }] : []), ...plain(tail)];
}

const reasons = new Map([
  [400, 'Bad Request'],
  [401, 'Unauthorized'],
  [403, 'Forbidden'],
  [404, 'Not Found'],
  [405, 'Method Not Allowed'],
  [406, 'Not Acceptable'],
  [407, 'Proxy Authentication Required'],
  [408, 'Request Timeout'],
  [410, 'Gone'],
  [413, 'Content Too Large'],
  [415, 'Unsupported Media Type'],
  [421, 'Misdirected Request'],
  [422, 'Unprocessable Content'],
  [429, 'Too Many Requests'],
  [500, 'Internal Server Error'],
  [501, 'Not Implemented'],
  [502, 'Bad Gateway'],
  [503, 'Service Unavailable'],
  [504, 'Gateway Timeout'],
]);

/** A status with its registered reason phrase: "401 Unauthorized". */
export function statusLine(status: number): string {
  const reason = reasons.get(status);
  return reason ? `${String(status)} ${reason}` : String(status);
}

/** The rule that an answer without WWW-Authenticate breaks or makes use of. */
export function missingHeaderRule(status: number): { text: string; source: string } {
  if (status === 401) {
    return {
      text: 'The answer has no WWW-Authenticate header. A server that answers 401 must send one with at least one challenge; without it a client cannot know how to get in.',
      source: 'RFC 9110 §15.5.2',
    };
  }
  return {
    text: 'The answer has no WWW-Authenticate header. It is optional here: the server understood the request and refuses it. When more scopes would help, it should say so with error="insufficient_scope".',
    source: 'RFC 9110 §15.5.4, RFC 6750 §3.1',
  };
}

/** A refusal as plain text, for a bug report. */
export function challengeAsText(c: {
  status: number;
  server: string;
  where: string;
  method: string;
  url: string;
  raw: readonly string[];
  headers: readonly { name: string; value: string }[];
  findings: readonly { severity: string; text: string; source: string; fix: string }[];
  body: string;
  bodyCut: boolean;
  next: string;
}): string {
  const lines = [
    `${statusLine(c.status)} from ${c.server}`,
    `Refused: ${c.where}`,
    `${c.method} ${c.url}`,
    '',
    ...(c.raw.length > 0 ? c.raw.map((value) => `WWW-Authenticate: ${value}`) : ['(no WWW-Authenticate header)']),
    ...c.headers.filter((h) => !isChallengeHeader(h.name)).map((h) => `${h.name}: ${h.value}`),
  ];
  if (c.body) lines.push('', c.body + (c.bodyCut ? '\n(cut)' : ''));
  if (c.findings.length > 0) lines.push('');
  for (const f of c.findings) {
    lines.push(
      [`${f.severity}: ${f.text}`, f.source && `(${f.source})`, f.fix && `Fix: ${f.fix}`].filter(Boolean).join(' '),
    );
  }
  if (c.next) lines.push('', `Next: ${c.next}`);
  return lines.join('\n');
}

/** Whether a header is the one a challenge is read from. */
export function isChallengeHeader(name: string): boolean {
  return name.toLowerCase() === 'www-authenticate';
}
