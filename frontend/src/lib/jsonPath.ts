/** Places in a JSON document (RFC 6901 pointers as arrays) and edits that keep what they do not touch. */

import { type JsonNode, arrayNode, member, objectNode } from './jsonDoc';

export type Path = readonly (string | number)[];

/** The JSON Pointer of a path; the root is "". */
export function toPointer(path: Path): string {
  return path.map((p) => '/' + String(p).replaceAll('~', '~0').replaceAll('/', '~1')).join('');
}

/** The reference tokens of a pointer, unescaped; null when it is not a pointer. A leading "#" is accepted. */
export function pointerTokens(pointer: string): string[] | null {
  const text = pointer.startsWith('#') ? pointer.slice(1) : pointer;
  if (text === '') return [];
  if (!text.startsWith('/')) return null;
  return text
    .slice(1)
    .split('/')
    .map((t) => t.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/** The member's value; the last one when the key is there twice, as JSON.parse and most servers read it. */
export function get(node: JsonNode | undefined, key: string): JsonNode | undefined {
  if (node?.kind !== 'object') return undefined;
  for (let i = node.members.length - 1; i >= 0; i--) {
    const m = node.members[i];
    if (m?.key === key) return m.value;
  }
  return undefined;
}

export function getAt(root: JsonNode | undefined, path: Path): JsonNode | undefined {
  let node = root;
  for (const step of path) {
    if (!node) return undefined;
    if (node.kind === 'array') node = node.items[Number(step)];
    else node = get(node, String(step));
  }
  return node;
}

/** The node a pointer names, or the deepest one above it. */
export function nearest(root: JsonNode, pointer: string): JsonNode {
  let node = root;
  for (const token of pointerTokens(pointer) ?? []) {
    const next = getAt(node, [token]);
    if (!next) return node;
    node = next;
  }
  return node;
}

/**
 * A document with value at path; undefined removes it. Parents that are missing are made: an array for a number step, an
 * object for a name. What is not on the path is shared, so equal parts stay identical.
 */
export function setAt(root: JsonNode | undefined, path: Path, value: JsonNode | undefined): JsonNode | undefined {
  const [step, ...rest] = path;
  if (step === undefined) return value;
  if (typeof step === 'number') return setItem(root, step, rest, value);
  return setMember(root, step, rest, value);
}

function setItem(
  root: JsonNode | undefined,
  index: number,
  rest: Path,
  value: JsonNode | undefined,
): JsonNode | undefined {
  const items = root?.kind === 'array' ? root.items : [];
  const next = setAt(items[index], rest, value);
  if (next === undefined) {
    if (root?.kind !== 'array') return root;
    return arrayNode(items.filter((_, i) => i !== index));
  }
  if (index >= items.length) return arrayNode([...items, next]);
  return arrayNode(items.map((item, i) => (i === index ? next : item)));
}

function setMember(
  root: JsonNode | undefined,
  key: string,
  rest: Path,
  value: JsonNode | undefined,
): JsonNode | undefined {
  const members = root?.kind === 'object' ? root.members : [];
  const last = members.findLastIndex((m) => m.key === key);
  const next = setAt(members[last]?.value, rest, value);
  if (next === undefined) {
    if (root?.kind !== 'object') return root;
    return objectNode(members.filter((m) => m.key !== key));
  }
  if (last < 0) return objectNode([...members, member(key, next)]);
  return objectNode(members.map((m, i) => (i === last ? member(key, next) : m)));
}

/** Renames a key in place; the other members keep their order. */
export function renameKey(root: JsonNode | undefined, path: Path, from: string, to: string): JsonNode | undefined {
  const node = getAt(root, path);
  if (node?.kind !== 'object') return root;
  return setAt(root, path, objectNode(node.members.map((m) => (m.key === from ? member(to, m.value) : m))));
}

/** Moves the item at index of the array at path by one place. */
export function moveItem(root: JsonNode | undefined, path: Path, index: number, by: -1 | 1): JsonNode | undefined {
  const node = getAt(root, path);
  if (node?.kind !== 'array') return root;
  const items = [...node.items];
  const [here, there] = [items[index], items[index + by]];
  if (!here || !there) return root;
  items[index] = there;
  items[index + by] = here;
  return setAt(root, path, arrayNode(items));
}

/** Where the value, or its key, is in the text it was read from; null for nodes that were made. */
export function spanOf(root: JsonNode, pointer: string): { start: number; end: number } | null {
  const node = nearest(root, pointer);
  return node.start < 0 ? null : { start: node.start, end: node.end };
}
