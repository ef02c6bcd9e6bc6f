/**
 * JSON as a document: numbers keep the text they came with (9007199254740993 and 1.10 stay exact), keys keep their
 * order, duplicate keys are kept and reported. The parser is iterative and can be run in slices, so neither a deep nor a
 * big text can hang or overflow.
 */

/** UTF-16 offsets into the parsed text; both -1 for a node that was made, not read. */
interface Span {
  readonly start: number;
  readonly end: number;
}

export type NullNode = Span & { readonly kind: 'null' };
export type BooleanNode = Span & { readonly kind: 'boolean'; readonly value: boolean };
/** `text` is the number as written (RFC 8259 section 6). */
export type NumberNode = Span & { readonly kind: 'number'; readonly text: string };
export type StringNode = Span & { readonly kind: 'string'; readonly value: string };
export type ArrayNode = Span & { readonly kind: 'array'; readonly items: readonly JsonNode[] };
export type ObjectNode = Span & { readonly kind: 'object'; readonly members: readonly Member[] };
export type JsonNode = NullNode | BooleanNode | NumberNode | StringNode | ArrayNode | ObjectNode;

export interface Member {
  readonly key: string;
  readonly keyStart: number;
  readonly value: JsonNode;
}

export interface JsonError {
  readonly offset: number;
  /** 1-based. */
  readonly line: number;
  /** 1-based, in UTF-16 units. */
  readonly column: number;
  readonly message: string;
}

export interface Duplicate {
  readonly key: string;
  readonly offset: number;
  readonly end: number;
}

export type ParseResult =
  | { readonly ok: true; readonly node: JsonNode; readonly duplicates: readonly Duplicate[] }
  | { readonly ok: false; readonly error: JsonError };

/** Deeper texts are refused: everything that walks a document may then recurse without risk to the stack. */
export const maxJsonDepth = 512;

/** Reported duplicates; a hostile text with a million of them must not cost a million objects. */
const maxDuplicates = 100;

export const nullNode: NullNode = { kind: 'null', start: -1, end: -1 };
export const booleanNode = (value: boolean): BooleanNode => ({ kind: 'boolean', value, start: -1, end: -1 });
export const numberNode = (text: string): NumberNode => ({ kind: 'number', text, start: -1, end: -1 });
export const stringNode = (value: string): StringNode => ({ kind: 'string', value, start: -1, end: -1 });
export const arrayNode = (items: readonly JsonNode[]): ArrayNode => ({ kind: 'array', items, start: -1, end: -1 });
export const objectNode = (members: readonly Member[]): ObjectNode => ({ kind: 'object', members, start: -1, end: -1 });
export const member = (key: string, value: JsonNode): Member => ({ key, keyStart: -1, value });

/** The line and column (both 1-based) of an offset. */
export function lineColumn(text: string, offset: number): { line: number; column: number } {
  let line = 1;
  let from = 0;
  for (;;) {
    const at = text.indexOf('\n', from);
    if (at < 0 || at >= offset) return { line, column: offset - from + 1 };
    line++;
    from = at + 1;
  }
}

/** Whether text is a JSON number, whole. */
export function isNumberText(text: string): boolean {
  return /^-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?$/.test(text);
}

export function parseJson(text: string): ParseResult {
  const parser = new JsonParser(text);
  while (!parser.step(1_000_000));
  return parser.result();
}

/** Parses in slices of about 8 ms and gives the page time between them. Throws the signal's reason when aborted. */
export async function parseJsonSliced(text: string, signal?: AbortSignal): Promise<ParseResult> {
  const parser = new JsonParser(text);
  for (;;) {
    const until = performance.now() + 8;
    while (performance.now() < until) {
      if (parser.step(2000)) return parser.result();
    }
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
  }
}

interface Frame {
  readonly start: number;
  readonly items: JsonNode[] | null;
  readonly members: Member[] | null;
  readonly keys: Set<string> | null;
  key: string;
  keyStart: number;
}

type Expect = 'value' | 'value or ]' | 'key' | 'key or }' | ': ' | ', or end' | 'end of text';

class ParseStop extends Error {
  constructor(
    readonly offset: number,
    message: string,
  ) {
    super(message);
  }
}

/** A JSON parser that can stop between two tokens. Most callers want parseJson or parseJsonSliced. */
export class JsonParser {
  private at = 0;
  private expect: Expect = 'value';
  private readonly stack: Frame[] = [];
  private root: JsonNode | null = null;
  private error: JsonError | null = null;
  private readonly duplicates: Duplicate[] = [];

  constructor(private readonly text: string) {
    if (text.charCodeAt(0) === 0xfeff) this.at = 1;
  }

  /** Reads up to `tokens` tokens; true when there is nothing left to do. */
  step(tokens: number): boolean {
    try {
      for (let i = 0; i < tokens; i++) {
        if (this.token()) return true;
      }
      return false;
    } catch (stop) {
      if (!(stop instanceof ParseStop)) throw stop;
      this.error = { offset: stop.offset, ...lineColumn(this.text, stop.offset), message: stop.message };
      return true;
    }
  }

  /** What was read; only after step returned true. */
  result(): ParseResult {
    if (this.error) return { ok: false, error: this.error };
    if (!this.root) throw new Error('JsonParser.result before its end');
    return { ok: true, node: this.root, duplicates: this.duplicates };
  }

  private token(): boolean {
    const c = this.skipSpace();
    switch (this.expect) {
      case 'value or ]':
        if (c === 0x5d) return this.close();
        return this.value(c);
      case 'value':
        return this.value(c);
      case 'key or }':
        if (c === 0x7d) return this.close();
        return this.key(c);
      case 'key':
        return this.key(c);
      case ': ':
        if (c !== 0x3a) throw this.unexpected('":" after the key');
        this.at++;
        this.expect = 'value';
        return false;
      case ', or end':
        return this.commaOrEnd(c);
      case 'end of text':
        if (!Number.isNaN(c)) throw this.unexpected('the end of the text');
        return true;
    }
  }

  private skipSpace(): number {
    for (;;) {
      const c = this.text.charCodeAt(this.at);
      if (c !== 0x20 && c !== 0x0a && c !== 0x0d && c !== 0x09) return c;
      this.at++;
    }
  }

  private commaOrEnd(c: number): boolean {
    const frame = this.stack[this.stack.length - 1];
    const object = frame !== undefined && frame.members !== null;
    if (c === 0x2c) {
      this.at++;
      this.expect = object ? 'key' : 'value';
      return false;
    }
    if (c === (object ? 0x7d : 0x5d)) return this.close();
    throw this.unexpected(object ? '"," or "}"' : '"," or "]"');
  }

  private key(c: number): boolean {
    const frame = this.stack[this.stack.length - 1];
    if (c !== 0x22 || !frame) throw this.unexpected('a key in double quotes');
    const start = this.at;
    const key = this.string();
    if (frame.keys?.has(key)) {
      if (this.duplicates.length < maxDuplicates) this.duplicates.push({ key, offset: start, end: this.at });
    } else frame.keys?.add(key);
    frame.key = key;
    frame.keyStart = start;
    this.expect = ': ';
    return false;
  }

  private value(c: number): boolean {
    const start = this.at;
    switch (c) {
      case 0x22: {
        const value = this.string();
        return this.put({ kind: 'string', value, start, end: this.at });
      }
      case 0x7b:
        return this.open({ start, items: null, members: [], keys: new Set(), key: '', keyStart: -1 }, 'key or }');
      case 0x5b:
        return this.open({ start, items: [], members: null, keys: null, key: '', keyStart: -1 }, 'value or ]');
      case 0x74:
        this.word('true');
        return this.put({ kind: 'boolean', value: true, start, end: this.at });
      case 0x66:
        this.word('false');
        return this.put({ kind: 'boolean', value: false, start, end: this.at });
      case 0x6e:
        this.word('null');
        return this.put({ kind: 'null', start, end: this.at });
      default:
        if (c !== 0x2d && !(c >= 0x30 && c <= 0x39)) throw this.unexpected('a value');
        return this.put({ kind: 'number', text: this.number(), start, end: this.at });
    }
  }

  private open(frame: Frame, expect: Expect): boolean {
    if (this.stack.length >= maxJsonDepth)
      throw new ParseStop(this.at, `nested deeper than ${String(maxJsonDepth)} levels`);
    this.stack.push(frame);
    this.at++;
    this.expect = expect;
    return false;
  }

  private close(): boolean {
    this.at++;
    const frame = this.stack.pop();
    if (!frame) throw new ParseStop(this.at, 'unexpected end of a value');
    const span = { start: frame.start, end: this.at };
    if (frame.members) return this.put({ kind: 'object', members: frame.members, ...span });
    return this.put({ kind: 'array', items: frame.items ?? [], ...span });
  }

  private put(node: JsonNode): boolean {
    const frame = this.stack[this.stack.length - 1];
    if (!frame) {
      this.root = node;
      this.expect = 'end of text';
      return false;
    }
    if (frame.members) frame.members.push({ key: frame.key, keyStart: frame.keyStart, value: node });
    else frame.items?.push(node);
    this.expect = ', or end';
    return false;
  }

  private word(word: string): void {
    if (!this.text.startsWith(word, this.at)) throw this.unexpected(`"${word}"`);
    this.at += word.length;
  }

  private number(): string {
    const found = numberAt(this.text, this.at);
    if (found.problem) throw new ParseStop(found.end, found.problem);
    const text = this.text.slice(this.at, found.end);
    this.at = found.end;
    return text;
  }

  private string(): string {
    const start = this.at;
    const quick = quickString(this.text, start);
    if (quick) {
      this.at = quick.end;
      return quick.value;
    }
    // Either short, or wrong: character by character, to say where.
    let escaped = false;
    for (let i = start + 1; ; i++) {
      const c = this.text.charCodeAt(i);
      if (c === 0x22) {
        this.at = i + 1;
        return escaped ? (JSON.parse(this.text.slice(start, i + 1)) as string) : this.text.slice(start + 1, i);
      }
      if (c === 0x5c) {
        escaped = true;
        i = this.escape(i + 1);
      } else if (Number.isNaN(c)) throw new ParseStop(start, 'a string that is not closed');
      else if (c < 0x20)
        throw new ParseStop(
          i,
          c === 0x0a ? 'a line break inside a string (write \\n)' : 'a control character inside a string',
        );
    }
  }

  /** Checks the escape whose letter is at i; returns the offset of its last character. */
  private escape(i: number): number {
    const letter = this.text[i] ?? '';
    if (letter === 'u') {
      if (!/^[0-9a-fA-F]{4}$/.test(this.text.slice(i + 1, i + 5)))
        throw new ParseStop(i - 1, '\\u needs four hexadecimal digits');
      return i + 4;
    }
    if (!'"\\/bfnrt'.includes(letter) || letter === '') throw new ParseStop(i - 1, `unknown escape \\${letter}`);
    return i;
  }

  private unexpected(wanted: string): ParseStop {
    const at = this.at;
    const found = this.text.codePointAt(at);
    if (found === undefined) return new ParseStop(at, `the text ends where ${wanted} was expected`);
    return new ParseStop(at, `${wanted} expected, found ${JSON.stringify(String.fromCodePoint(found))}`);
  }
}

/** Strings shorter than this (UTF-16 units) are read faster character by character. */
const longString = 256;

/** A long string read by the engine's own means, many times faster; null when it is short, or not a JSON string. */
function quickString(text: string, start: number): { value: string; end: number } | null {
  let quote = text.indexOf('"', start + 1);
  if (quote - start < longString) return null;
  while (quote > 0 && isEscaped(text, quote)) quote = text.indexOf('"', quote + 1);
  if (quote < 0) return null;
  try {
    return { value: JSON.parse(text.slice(start, quote + 1)) as string, end: quote + 1 };
  } catch {
    return null;
  }
}

/** Whether an odd number of backslashes stands before the character at i. */
function isEscaped(text: string, i: number): boolean {
  let first = i;
  while (text.charCodeAt(first - 1) === 0x5c) first--;
  return (i - first) % 2 === 1;
}

function numberAt(text: string, from: number): { end: number; problem: string } {
  let i = from;
  const digits = (): number => {
    const first = i;
    while (isDigit(text.charCodeAt(i))) i++;
    return i - first;
  };
  if (text[i] === '-') i++;
  const whole = i;
  if (digits() === 0) return { end: i, problem: 'a digit expected after "-"' };
  if (text[whole] === '0' && i - whole > 1) return { end: whole, problem: 'a number must not start with 0' };
  if (text[i] === '.') {
    i++;
    if (digits() === 0) return { end: i, problem: 'a digit expected after "."' };
  }
  if (text[i] === 'e' || text[i] === 'E') {
    i++;
    if (text[i] === '+' || text[i] === '-') i++;
    if (digits() === 0) return { end: i, problem: 'a digit expected in the exponent' };
  }
  return { end: i, problem: '' };
}

function isDigit(c: number): boolean {
  return c >= 0x30 && c <= 0x39;
}
