/** A piece of a filter as it is written: Go reads what it means, this says where its parts stand. */
export interface FilterToken {
  kind: 'term' | 'text' | 'and' | 'or' | 'not' | 'open' | 'close';
  /** UTF-16 units. */
  from: number;
  to: number;
  /** Of a term: its field, in lower case; else empty. */
  field: string;
  /** Of a term or text: what is looked for, without quotes. */
  value: string;
  /** Whether a minus stands in front. */
  not: boolean;
}

/** In lower case they are words to look for like any other. */
const words = new Map<string, 'and' | 'or' | 'not'>([
  ['AND', 'and'],
  ['OR', 'or'],
  ['NOT', 'not'],
]);

/** The pieces of a filter, in order. Quotes that are not closed reach to the end. */
export function filterTokens(text: string): FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < text.length) {
    const c = text.charAt(at);
    if (/\s/.test(c)) at++;
    else if (c === '(' || c === ')') {
      tokens.push(plain(c === '(' ? 'open' : 'close', at, at + 1));
      at++;
    } else {
      const token = piece(text, at);
      tokens.push(token);
      at = token.to;
    }
  }
  return tokens;
}

function plain(kind: FilterToken['kind'], from: number, to: number): FilterToken {
  return { kind, from, to, field: '', value: '', not: false };
}

/** A term, a text or a word between them that begins at a place. */
function piece(text: string, from: number): FilterToken {
  const not = text.charAt(from) === '-' && from + 1 < text.length && !/\s/.test(text.charAt(from + 1));
  if (not && text.charAt(from + 1) === '(') return plain('not', from, from + 1);
  const to = endOf(text, not ? from + 1 : from);
  const body = text.slice(not ? from + 1 : from, to);
  const word = words.get(body);
  if (!not && word) return plain(word, from, to);
  const [, field, value] = /^([A-Za-z]+):(?!\/\/)([^]*)$/.exec(body) ?? [];
  if (field === undefined || value === undefined)
    return { kind: 'text', from, to, field: '', value: unquoted(body), not };
  return { kind: 'term', from, to, field: field.toLowerCase(), value: unquoted(value), not };
}

/** Where a piece ends: at white space, or a bracket that closes a group; brackets in a word belong to it in pairs. */
function endOf(text: string, from: number): number {
  let quoted = false;
  let inner = 0;
  for (let at = from; at < text.length; at++) {
    const c = text.charAt(at);
    if (quoted && c === '\\') at++;
    else if (c === '"') quoted = !quoted;
    else if (quoted) continue;
    else if (c === '(') inner++;
    else if (c === ')' && inner > 0) inner--;
    else if (c === ')' || /\s/.test(c)) return at;
  }
  return text.length;
}

function unquoted(text: string): string {
  const [, inner] = /^"((?:[^"\\]|\\[^])*)"?$/.exec(text) ?? [];
  return inner === undefined ? text : inner.replace(/\\([\\"])/g, '$1');
}

/** A value as it is written in a filter: in quotes where it needs them. */
export function filterValue(value: string): string {
  return /^[^\s()"*<>=\\-][^\s()"*\\]*$/.test(value) ? value : `"${value.replace(/[\\"]/g, '\\$&')}"`;
}

/** A term as it is written. */
export function filterTerm(field: string, value: string, not = false): string {
  return `${not ? '-' : ''}${field}:${filterValue(value)}`;
}

/** A filter with a term more; the same when it holds the term. What is joined by OR is kept together. */
export function withTerm(text: string, term: string): string {
  const tokens = filterTokens(text);
  if (tokens.some(({ from, to }) => text.slice(from, to) === term)) return text;
  const whole = text.trim();
  if (whole === '') return term;
  return tokens.some(({ kind }) => kind === 'or') ? `(${whole}) ${term}` : `${whole} ${term}`;
}

/** A stretch of a filter that looks the same. */
export interface FilterPiece {
  text: string;
  look: 'plain' | 'field' | 'value' | 'word' | 'not';
  wrong: boolean;
}

/** A filter as it is coloured; what stands between two places of it is wrong. */
export function filterPieces(text: string, wrong?: { from: number; to: number }): FilterPiece[] {
  const looks = new Array<FilterPiece['look']>(text.length).fill('plain');
  for (const { kind, from, to, field, not } of filterTokens(text)) {
    if (kind === 'and' || kind === 'or' || kind === 'open' || kind === 'close') looks.fill('word', from, to);
    else if (kind === 'not') looks.fill('not', from, to);
    else {
      const start = not ? from + 1 : from;
      if (not) looks.fill('not', from, start);
      if (kind === 'term') {
        looks.fill('field', start, start + field.length + 1);
        looks.fill('value', start + field.length + 1, to);
      }
    }
  }
  const pieces: FilterPiece[] = [];
  looks.forEach((look, i) => {
    const bad = wrong !== undefined && i >= wrong.from && i < wrong.to;
    const last = pieces.at(-1);
    if (last?.look === look && last.wrong === bad) last.text += text.charAt(i);
    else pieces.push({ text: text.charAt(i), look, wrong: bad });
  });
  return pieces;
}
