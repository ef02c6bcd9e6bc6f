/** Printing and comparing JSON documents. */

import { type JsonNode, arrayNode, booleanNode, member, nullNode, numberNode, objectNode, stringNode } from './jsonDoc';

/** JSON text of a node, numbers as they were written; indent 0 is one line without spaces. */
export function printJson(node: JsonNode, indent = 0): string {
  const out: string[] = [];
  print(node, indent, '\n', out);
  return out.join('');
}

function print(node: JsonNode, indent: number, newline: string, out: string[]): void {
  switch (node.kind) {
    case 'null':
      out.push('null');
      return;
    case 'boolean':
      out.push(String(node.value));
      return;
    case 'number':
      out.push(node.text);
      return;
    case 'string':
      out.push(JSON.stringify(node.value));
      return;
    case 'array':
    case 'object':
      printAll(node, indent, newline, out);
  }
}

function printAll(node: JsonNode & { kind: 'array' | 'object' }, indent: number, newline: string, out: string[]): void {
  const [open, close] = node.kind === 'array' ? ['[', ']'] : ['{', '}'];
  const count = node.kind === 'array' ? node.items.length : node.members.length;
  out.push(open);
  const inner = indent > 0 ? newline + ' '.repeat(indent) : '';
  for (let i = 0; i < count; i++) {
    if (i > 0) out.push(',');
    out.push(inner);
    if (node.kind === 'array') {
      const item = node.items[i];
      if (item) print(item, indent, inner, out);
    } else {
      const m = node.members[i];
      if (!m) continue;
      out.push(JSON.stringify(m.key), indent > 0 ? ': ' : ':');
      print(m.value, indent, inner, out);
    }
  }
  if (count > 0 && indent > 0) out.push(newline);
  out.push(close);
}

/** The same as printJson with an indent of 2, in steps: a large document does not hold up the page. */
export function* printSlices(node: JsonNode): Generator<void, string> {
  const out: string[] = [];
  const open: { node: JsonNode & { kind: 'array' | 'object' }; next: number; newline: string }[] = [];
  const begin = (child: JsonNode, newline: string): void => {
    if (child.kind !== 'array' && child.kind !== 'object') print(child, 2, newline, out);
    else {
      out.push(child.kind === 'array' ? '[' : '{');
      open.push({ node: child, next: 0, newline });
    }
  };
  begin(node, '\n');
  for (let steps = 0, top = open.at(-1); top; top = open.at(-1)) {
    if ((++steps & 0x3ff) === 0) yield;
    const { node: list, newline } = top;
    const i = top.next++;
    const member = list.kind === 'object' ? list.members[i] : undefined;
    const child = list.kind === 'array' ? list.items[i] : member?.value;
    if (!child) {
      if (i > 0) out.push(newline);
      out.push(list.kind === 'array' ? ']' : '}');
      open.pop();
      continue;
    }
    out.push(i > 0 ? ',' : '', newline, '  ');
    if (member) out.push(JSON.stringify(member.key), ': ');
    begin(child, `${newline}  `);
  }
  return out.join('');
}

/** Longer numbers are compared as text: a hostile one of a megabyte must not cost a second. */
const maxNumberLength = 1000;

/** A node of a plain value that JSON.parse could have given. */
export function fromValue(value: unknown): JsonNode {
  if (value === null || value === undefined) return nullNode;
  if (typeof value === 'boolean') return booleanNode(value);
  if (typeof value === 'number') return Number.isFinite(value) ? numberNode(String(value)) : nullNode;
  if (typeof value === 'string') return stringNode(value);
  if (Array.isArray(value)) return arrayNode(value.map(fromValue));
  return objectNode(Object.entries(value).map(([key, v]) => member(key, fromValue(v))));
}

/**
 * The number in one form: 1, 1.0 and 10e-1 are equal, 9007199254740992 and 9007199254740993 are not. The exponent is
 * never expanded, so 1e999999999 costs nothing.
 */
export function canonicalNumber(text: string): string {
  if (text.length > maxNumberLength) return text;
  const parts = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (!parts) return text;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts;
  const digits = (whole + fraction).replace(/^0+/, '');
  const trimmed = digits.replace(/0+$/, '');
  if (trimmed === '') return '0';
  const power = BigInt(exponent) - BigInt(fraction.length) + BigInt(digits.length - trimmed.length);
  return `${sign}${trimmed}e${power.toString()}`;
}

/** Whether two values are equal in the sense of JSON Schema: numbers by value, objects without order. */
export function sameJson(a: JsonNode, b: JsonNode): boolean {
  switch (a.kind) {
    case 'null':
      return b.kind === 'null';
    case 'boolean':
      return b.kind === 'boolean' && a.value === b.value;
    case 'number':
      return b.kind === 'number' && canonicalNumber(a.text) === canonicalNumber(b.text);
    case 'string':
      return b.kind === 'string' && a.value === b.value;
    case 'array':
      return (
        b.kind === 'array' && a.items.length === b.items.length && a.items.every((item, i) => sameAt(item, b.items[i]))
      );
    case 'object': {
      if (b.kind !== 'object' || a.members.length !== b.members.length) return false;
      const other = new Map(b.members.map((m) => [m.key, m.value]));
      return a.members.every((m) => sameAt(m.value, other.get(m.key)));
    }
  }
}

function sameAt(a: JsonNode, b: JsonNode | undefined): boolean {
  return b !== undefined && sameJson(a, b);
}
