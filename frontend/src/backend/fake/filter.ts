import type { wire } from '../../../wailsjs/go/models';
import { filterTokens, type FilterToken } from '../../lib/filterTokens';
import type { FilterProblem, FilterTerm } from '../traffic';

/** What the twin's filter looks at. */
export interface Looked {
  entry: wire.Entry;
  /** Fields, headers and bodies as one text. */
  text(): string;
  header(name: string): boolean;
}

type Test = (of: Looked) => boolean;

class Wrong extends Error {
  readonly problem: FilterProblem;
  constructor(from: number, to: number, message: string, hint = '') {
    super(message);
    this.problem = { from, to, message, hint };
  }
}

/** A filter of the twin: the language of the program, with fewer fields. */
export function readFilter(text: string): { test: Test } | { problem: FilterProblem } {
  try {
    const reader = new Reader(text);
    return { test: reader.all() };
  } catch (thrown) {
    if (thrown instanceof Wrong) return { problem: thrown.problem };
    throw thrown;
  }
}

/** The parts that can be taken out one by one; none where a group stands. */
export function filterTerms(text: string): FilterTerm[] {
  const tokens = filterTokens(text);
  if (tokens.some(({ kind }) => kind !== 'term' && kind !== 'text')) return [];
  return tokens.map((token, i) => ({
    from: token.from,
    to: token.to,
    cutFrom: i + 1 < tokens.length ? token.from : (tokens[i - 1]?.to ?? 0),
    cutTo: tokens[i + 1]?.from ?? text.length,
    text: text.slice(token.from, token.to),
    field: token.field,
    value: token.value,
    not: token.not,
  }));
}

class Reader {
  readonly #tokens: FilterToken[];
  readonly #end: number;
  #at = 0;

  constructor(text: string) {
    this.#tokens = filterTokens(text);
    this.#end = text.length;
  }

  all(): Test {
    if (this.#tokens.length === 0) return () => true;
    const test = this.#or();
    const rest = this.#tokens[this.#at];
    if (rest) throw new Wrong(rest.from, rest.to, 'this bracket closes nothing', 'put it in quotes to look for it');
    return test;
  }

  #or(): Test {
    const tests = [this.#and()];
    while (this.#take('or')) tests.push(this.#and());
    return (of) => tests.some((test) => test(of));
  }

  #and(): Test {
    const tests = [this.#unary()];
    for (;;) {
      const next = this.#tokens[this.#at]?.kind;
      if (next === undefined || next === 'or' || next === 'close') break;
      this.#take('and');
      tests.push(this.#unary());
    }
    return (of) => tests.every((test) => test(of));
  }

  #unary(): Test {
    const token = this.#tokens[this.#at];
    if (!token) throw new Wrong(this.#end, this.#end, 'a term is missing here');
    this.#at++;
    switch (token.kind) {
      case 'not': {
        const test = this.#unary();
        return (of) => !test(of);
      }
      case 'open': {
        const test = this.#or();
        if (!this.#take('close')) throw new Wrong(token.from, token.to, 'this bracket is never closed');
        return test;
      }
      case 'term':
      case 'text': {
        const test = termTest(token);
        return token.not ? (of) => !test(of) : test;
      }
      default:
        throw new Wrong(token.from, token.to, 'a term is missing here', 'put it in quotes to look for it');
    }
  }

  #take(kind: FilterToken['kind']): boolean {
    if (this.#tokens[this.#at]?.kind !== kind) return false;
    this.#at++;
    return true;
  }
}

const holds = (text: string | undefined, value: string): boolean => {
  const [held, wanted] = [(text ?? '').toLowerCase(), value.toLowerCase()];
  return wanted.endsWith('*') ? held.startsWith(wanted.slice(0, -1)) : held === wanted;
};

const fields: Record<string, (token: FilterToken) => Test> = {
  method:
    ({ value }) =>
    (of) =>
      holds(of.entry.method, value),
  name:
    ({ value }) =>
    (of) =>
      holds(of.entry.name, value),
  kind:
    ({ value }) =>
    (of) =>
      holds(of.entry.kind, value) || holds(of.entry.message, value),
  dir:
    ({ value }) =>
    (of) =>
      holds(of.entry.dir, value),
  conn:
    ({ value }) =>
    (of) =>
      holds(of.entry.conn, value),
  call:
    ({ value }) =>
    (of) =>
      holds(of.entry.call, value),
  status:
    ({ value }) =>
    (of) =>
      holds(statusWord(of.entry), value),
  http: number((entry) => (entry.kind === 'http' ? (entry.status ?? 0) : undefined), {}),
  ms: number((entry) => (entry.took === undefined ? undefined : entry.took / 1000), {}),
  bytes: number((entry) => entry.bytes, { kb: 1000, mb: 1e6 }),
  seq: number((entry) => entry.seq, {}),
  exchange:
    ({ value }) =>
    (of) =>
      [of.entry.seq, of.entry.exchange].includes(Number(value)),
  header:
    ({ value }) =>
    (of) =>
      of.header(value.toLowerCase()),
  body:
    ({ value }) =>
    (of) =>
      of.text().includes(value.toLowerCase()),
};

function statusWord(entry: wire.Entry): string {
  if (entry.message === 'error' || entry.toolErr || (entry.status ?? 0) >= 400) return 'error';
  return entry.open ? 'open' : 'ok';
}

function number(of: (entry: wire.Entry) => number | undefined, units: Record<string, number>) {
  return ({ field, value, from, to }: FilterToken): Test => {
    const [, sign = '', digits, unit = ''] = /^(>=|<=|>|<)?(\d+(?:\.\d+)?)([a-z]*)$/i.exec(value) ?? [];
    const factor = unit === '' ? 1 : units[unit.toLowerCase()];
    if (digits === undefined || factor === undefined)
      throw new Wrong(from + field.length + 1, to, `${field}: takes a number`, `write ${field}:>500`);
    const wanted = Number(digits) * factor;
    return ({ entry }) => {
      const is = of(entry);
      if (is === undefined) return false;
      if (sign === '>') return is > wanted;
      if (sign === '<') return is < wanted;
      if (sign === '>=') return is >= wanted;
      return sign === '<=' ? is <= wanted : is === wanted;
    };
  };
}

export const filterFields = Object.keys(fields);

function termTest(token: FilterToken): Test {
  const wanted = token.value.toLowerCase();
  if (token.kind === 'text') return (of) => of.text().includes(wanted);
  const field = fields[token.field];
  if (!field)
    throw new Wrong(
      token.from,
      token.from + token.field.length + 1,
      `there is no field ${token.field}:`,
      `put it in quotes to look for it: "${token.field}:${token.value}"`,
    );
  if (wanted === '') throw new Wrong(token.from, token.to, `${token.field}: has no value`);
  return field(token);
}
