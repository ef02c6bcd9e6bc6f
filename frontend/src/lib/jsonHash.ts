import type { JsonNode } from './jsonDoc';
import { canonicalNumber } from './jsonPrint';

/** Characters of a text that its hash is made of, at either end: it decides nothing, it only saves comparing. */
const hashed = 256;

/** Compares JSON values: numbers by value, objects without order. The work yields. */
export class JsonHash {
  readonly #known = new WeakMap<JsonNode, number>();
  #steps = 0;

  /** Whether two values are equal. Different hashes save comparing; equal ones prove nothing. */
  *same(a: JsonNode, b: JsonNode): Generator<void, boolean> {
    if (a.kind !== b.kind) return false;
    if ((yield* this.of(a)) !== (yield* this.of(b))) return false;
    const open: [JsonNode, JsonNode][] = [[a, b]];
    for (let pair = open.pop(); pair; pair = open.pop()) {
      if ((++this.#steps & 0x3ff) === 0) yield;
      if (!shallow(pair[0], pair[1], open)) return false;
    }
    return true;
  }

  /** Numbers that are equal for equal values; `ids` holds those given so far. */
  *numbers(items: readonly JsonNode[], ids: Map<string, number>): Generator<void, Int32Array> {
    const out = new Int32Array(items.length);
    // Those of one hash are compared: a server could make two values with one hash.
    for (const [i, item] of items.entries()) {
      const hash = yield* this.of(item);
      for (let n = 0; ; n++) {
        const key = `${String(hash)} ${String(n)}`;
        const first = this.#firsts.get(key);
        if (first && !(yield* this.same(first, item))) continue;
        if (!first) this.#firsts.set(key, item);
        let id = ids.get(key);
        if (id === undefined) ids.set(key, (id = ids.size));
        out[i] = id;
        break;
      }
    }
    return out;
  }

  readonly #firsts = new Map<string, JsonNode>();

  /** The hash of a value. */
  *of(node: JsonNode): Generator<void, number> {
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const open: JsonNode[] = [node];
    while (open.length > 0) {
      if ((++this.#steps & 0x3ff) === 0) yield;
      const top = open[open.length - 1];
      if (!top || this.#ready(top, open)) open.pop();
    }
    return this.#known.get(node) ?? 0;
  }

  /** Hashes a node whose children are hashed; else they are put before it. */
  #ready(node: JsonNode, open: JsonNode[]): boolean {
    if (this.#known.has(node)) return true;
    let hash = 0;
    const before = open.length;
    switch (node.kind) {
      case 'null':
        hash = 1;
        break;
      case 'boolean':
        hash = node.value ? 3 : 2;
        break;
      case 'number':
        hash = mix(5, hashText(canonicalNumber(node.text)));
        break;
      case 'string':
        hash = mix(7, hashText(node.value));
        break;
      case 'array':
        hash = 11;
        for (const item of node.items) hash = mix(hash, this.#child(item, open));
        break;
      case 'object':
        // A sum: the order of the members says nothing.
        for (const m of node.members) hash = (hash + mix(hashText(m.key), this.#child(m.value, open))) | 0;
        hash = mix(13, hash);
    }
    if (open.length > before) return false;
    this.#known.set(node, hash);
    return true;
  }

  #child(node: JsonNode, open: JsonNode[]): number {
    const known = this.#known.get(node);
    if (known === undefined) open.push(node);
    return known ?? 0;
  }
}

/** Compares two values as far as they have no children, which are put into `open`. */
function shallow(a: JsonNode, b: JsonNode, open: [JsonNode, JsonNode][]): boolean {
  switch (a.kind) {
    case 'null':
      return b.kind === 'null';
    case 'boolean':
      return b.kind === 'boolean' && a.value === b.value;
    case 'number':
      return b.kind === 'number' && (a.text === b.text || canonicalNumber(a.text) === canonicalNumber(b.text));
    case 'string':
      return b.kind === 'string' && a.value === b.value;
    case 'array':
      if (b.kind !== 'array' || a.items.length !== b.items.length) return false;
      for (const [i, item] of a.items.entries()) {
        const other = b.items[i];
        if (other) open.push([item, other]);
      }
      return true;
    case 'object': {
      if (b.kind !== 'object' || a.members.length !== b.members.length) return false;
      const rest = new Map<string, JsonNode[]>();
      for (let i = b.members.length - 1; i >= 0; i--) {
        const m = b.members[i];
        if (!m) continue;
        const list = rest.get(m.key);
        if (list) list.push(m.value);
        else rest.set(m.key, [m.value]);
      }
      for (const m of a.members) {
        const other = rest.get(m.key)?.pop();
        if (!other) return false;
        open.push([m.value, other]);
      }
      return true;
    }
  }
}

function mix(a: number, b: number): number {
  return Math.imul(Math.imul(a, 0x9e3779b1) ^ b, 0x85ebca6b) ^ (a >>> 13);
}

function hashText(text: string): number {
  let hash = text.length;
  const head = Math.min(text.length, hashed);
  for (let i = 0; i < head; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  for (let i = Math.max(head, text.length - hashed); i < text.length; i++)
    hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash | 0;
}
