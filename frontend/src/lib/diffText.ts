/** The texts of the rows of a difference: values in one row, cut where they are long. */
import type { JsonNode } from './jsonDoc';
import { printJson } from './jsonPrint';

/** UTF-16 units of a row: the rest is in the detail. */
export const maxText = 400;
/** A value that is written in so many characters stands in one row. */
const oneRow = 80;

export const quoted = (key: string): string => `${cut(JSON.stringify(key))}: `;
export const labelOf = (index: number, name: string): string =>
  index < 0 ? '' : `[${String(index)}] ${name === '' ? '' : `${cut(name, 60)} `}`;
export const pointer = (at: string, token: string): string =>
  `${at}/${token.replaceAll('~', '~0').replaceAll('/', '~1')}`;

export function cut(text: string, most = maxText): string {
  return text.length > most ? `${text.slice(0, most)}…` : text;
}

/** Whether a value stands in one row: a scalar, or one that is written in few characters. */
export function fits(node: JsonNode): boolean {
  if (node.kind === 'array') {
    if (node.items.length === 0) return true;
  } else if (node.kind === 'object') {
    if (node.members.length === 0) return true;
  } else return true;
  return node.start >= 0 ? node.end - node.start <= oneRow : printedWithin(node, oneRow);
}

function printedWithin(node: JsonNode, most: number): boolean {
  const children = node.kind === 'array' ? node.items : node.kind === 'object' ? node.members.map((m) => m.value) : [];
  return children.length * 2 <= most && printJson(node).length <= most;
}

/** A value in one row. */
export function short(node: JsonNode): string {
  if (node.kind === 'string') return cut(JSON.stringify(node.value.slice(0, maxText + 1)));
  if (!fits(node)) return node.kind === 'array' ? '[…]' : '{…}';
  return cut(printJson(node));
}

/** UTF-16 units of a value in the detail. */
export const maxWhole = 20_000;

export function whole(was: JsonNode | null, now: JsonNode | null): () => readonly [string | null, string | null] {
  const text = (node: JsonNode | null): string | null =>
    node && cut(node.kind === 'string' ? node.value : printJson(node, 2), maxWhole);
  return () => [text(was), text(now)];
}

/** The rows of a value, as it is printed; those that begin a value are told which. */
export function printed(
  node: JsonNode,
  label: string,
  depth: number,
  at: string,
  put: (text: string, depth: number, at: string, of?: JsonNode) => void,
): void {
  if (node.kind === 'string' || fits(node)) put(label + short(node), depth, at, node);
  else if (node.kind === 'array') {
    put(`${label}[`, depth, at, node);
    for (const [i, item] of node.items.entries()) printed(item, labelOf(i, ''), depth + 1, pointer(at, String(i)), put);
    put(']', depth, at);
  } else if (node.kind === 'object') {
    put(`${label}{`, depth, at, node);
    for (const m of node.members) printed(m.value, quoted(m.key), depth + 1, pointer(at, m.key), put);
    put('}', depth, at);
  }
}
