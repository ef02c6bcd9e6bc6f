/** References and allOf in a JSON Schema, followed within bounds; a schema from a server is hostile. */

import { type JsonNode, type Member, arrayNode, member, objectNode } from './jsonDoc';
import { get, getAt, pointerTokens } from './jsonPath';
import { canonicalNumber, sameJson } from './jsonPrint';

/** A $ref that leads to a $ref, and so on: more hops than this is taken for a loop. */
const maxHops = 32;
/** allOf inside allOf, and the number of parts merged. */
const maxMergeDepth = 8;
const maxMergeParts = 64;

/** Members copied by merging, for one schema document: exponential allOf ends here, within some 100 ms. */
const maxCopied = 500_000;

/** Raised for what the form does not understand; the message says what, for the raw field. */
export class NotUnderstood extends Error {}

/** Follows local references of one schema document and folds allOf. Never fetches anything. */
export class SchemaResolver {
  private copied = 0;

  constructor(private readonly root: JsonNode) {}

  /** The schema with its $ref and allOf folded in; throws NotUnderstood. */
  resolve(schema: JsonNode): JsonNode {
    return this.fold(this.follow(schema), 0);
  }

  /** Both schemas at once, as allOf would ask. */
  both(a: JsonNode, b: JsonNode): JsonNode {
    return this.merge(this.resolve(a), this.resolve(b));
  }

  private follow(schema: JsonNode): JsonNode {
    let current = schema;
    for (let hops = 0; ; hops++) {
      if (current.kind !== 'object') return current;
      if (get(current, '$dynamicRef') ?? get(current, '$recursiveRef')) throw new NotUnderstood('a dynamic reference');
      const ref = get(current, '$ref');
      if (!ref) return current;
      if (hops >= maxHops) throw new NotUnderstood('references that lead in a circle');
      if (ref.kind !== 'string') throw new NotUnderstood('a $ref that is not text');
      const target = this.target(ref.value);
      const beside = current.members.filter((m) => m.key !== '$ref' && !isDefinitions(m.key));
      current = beside.length === 0 ? target : this.override(target, beside);
    }
  }

  /** Keywords beside a $ref: notes replace those of the target, the others narrow it. */
  private override(target: JsonNode, beside: readonly Member[]): JsonNode {
    if (target.kind !== 'object') return objectNode(beside);
    const notes = beside.filter((m) => annotations.has(m.key));
    const names = new Set(notes.map((m) => m.key));
    const kept = objectNode([...target.members.filter((m) => !names.has(m.key)), ...notes]);
    const rest = beside.filter((m) => !annotations.has(m.key));
    if (rest.length === 0) return kept;
    return objectNode([member('allOf', arrayNode([kept, objectNode(rest)]))]);
  }

  private target(ref: string): JsonNode {
    if (!ref.startsWith('#'))
      throw new NotUnderstood(`the reference ${quote(ref)}, which is not local (nothing is fetched)`);
    const fragment = decode(ref.slice(1));
    const tokens = pointerTokens(fragment);
    const found = tokens ? getAt(this.root, tokens) : this.anchor(fragment);
    if (!found) throw new NotUnderstood(`the reference ${quote(ref)}, which leads nowhere`);
    return found;
  }

  private anchor(name: string): JsonNode | undefined {
    for (const holder of ['$defs', 'definitions']) {
      const defs = get(this.root, holder);
      if (defs?.kind !== 'object') continue;
      for (const def of defs.members) {
        const anchor = get(def.value, '$anchor');
        if (anchor?.kind === 'string' && anchor.value === name) return def.value;
      }
    }
    return undefined;
  }

  private merge(a: JsonNode, b: JsonNode): JsonNode {
    this.copied += size(a) + size(b);
    if (this.copied > maxCopied) throw new NotUnderstood('a schema this large');
    return merge(a, b);
  }

  private fold(schema: JsonNode, depth: number): JsonNode {
    const parts = get(schema, 'allOf');
    if (schema.kind !== 'object' || !parts) return schema;
    if (parts.kind !== 'array') throw new NotUnderstood('an allOf that is not a list');
    if (depth >= maxMergeDepth || parts.items.length > maxMergeParts)
      throw new NotUnderstood('an allOf too large to merge');
    let whole: JsonNode = objectNode(schema.members.filter((m) => m.key !== 'allOf'));
    for (const part of parts.items) whole = this.merge(whole, this.fold(this.follow(part), depth + 1));
    return whole;
  }
}

const annotations = new Set([
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
  'readOnly',
  'writeOnly',
  '$comment',
]);

function isDefinitions(key: string): boolean {
  return key === '$defs' || key === 'definitions' || key === '$id' || key === '$schema' || key === '$comment';
}

function size(node: JsonNode): number {
  if (node.kind !== 'object') return 1;
  const properties = get(node, 'properties');
  return 1 + node.members.length + (properties?.kind === 'object' ? properties.members.length : 0);
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function quote(text: string): string {
  return JSON.stringify(text.length > 120 ? text.slice(0, 120) + '…' : text);
}

/** What both schemas ask for, as one; throws NotUnderstood where that needs thought. */
export function merge(a: JsonNode, b: JsonNode): JsonNode {
  if (a.kind === 'boolean') return a.value ? b : a;
  if (b.kind === 'boolean') return b.value ? a : b;
  if (a.kind !== 'object' || b.kind !== 'object')
    throw new NotUnderstood('a schema that is neither an object nor a boolean');
  const out = new Map(a.members.map((m) => [m.key, m.value]));
  for (const { key, value } of b.members) {
    const mine = out.get(key);
    out.set(key, mine === undefined || sameJson(mine, value) ? value : mergeKeyword(key, mine, value));
  }
  return objectNode([...out].map(([key, value]) => member(key, value)));
}

function mergeKeyword(key: string, a: JsonNode, b: JsonNode): JsonNode {
  switch (key) {
    case 'title':
    case 'description':
    case 'default':
    case 'examples':
    case '$comment':
      return a;
    case 'deprecated':
    case 'readOnly':
    case 'writeOnly':
      return a.kind === 'boolean' && a.value ? a : b;
    case 'properties':
      return mergeProperties(a, b);
    case '$defs':
    case 'definitions':
      return a;
    case 'required':
      return union(a, b);
    case 'type':
      return mergeTypes(a, b);
    case 'enum':
      return intersection(a, b);
    case 'minimum':
    case 'exclusiveMinimum':
    case 'minLength':
    case 'minItems':
    case 'minProperties':
      return larger(a, b) ? a : b;
    case 'maximum':
    case 'exclusiveMaximum':
    case 'maxLength':
    case 'maxItems':
    case 'maxProperties':
      return larger(a, b) ? b : a;
    case 'items':
    case 'additionalProperties':
      return objectNode([member('allOf', arrayNode([a, b]))]);
    default:
      throw new NotUnderstood(`an allOf whose parts disagree about ${JSON.stringify(key)}`);
  }
}

function mergeProperties(a: JsonNode, b: JsonNode): JsonNode {
  if (a.kind !== 'object' || b.kind !== 'object') throw new NotUnderstood('properties that are not an object');
  const out = new Map(a.members.map((m) => [m.key, m.value]));
  for (const { key, value } of b.members) {
    const mine = out.get(key);
    out.set(
      key,
      mine === undefined || sameJson(mine, value) ? value : objectNode([member('allOf', arrayNode([mine, value]))]),
    );
  }
  return objectNode([...out].map(([key, value]) => member(key, value)));
}

function list(node: JsonNode): readonly JsonNode[] {
  return node.kind === 'array' ? node.items : [node];
}

function union(a: JsonNode, b: JsonNode): JsonNode {
  const seen = new Set<string>();
  const items = [...list(a), ...list(b)].filter((n) => {
    if (n.kind !== 'string' || seen.has(n.value)) return false;
    seen.add(n.value);
    return true;
  });
  return arrayNode(items);
}

function intersection(a: JsonNode, b: JsonNode): JsonNode {
  if (list(a).length * list(b).length > 250_000) throw new NotUnderstood('an enum too large to merge');
  return arrayNode(list(a).filter((x) => list(b).some((y) => sameJson(x, y))));
}

/** integer is a number, so both together are integer. */
function mergeTypes(a: JsonNode, b: JsonNode): JsonNode {
  const names = (n: JsonNode): string[] => list(n).flatMap((t) => (t.kind === 'string' ? [t.value] : []));
  const [left, right] = [names(a), names(b)];
  const both = left.flatMap((t) => {
    if (right.includes(t)) return [t];
    if (t === 'number' && right.includes('integer')) return ['integer'];
    if (t === 'integer' && right.includes('number')) return ['integer'];
    return [];
  });
  if (both.length === 0) throw new NotUnderstood('an allOf whose parts want different types');
  const items = both.map((value): JsonNode => ({ kind: 'string', value, start: -1, end: -1 }));
  const [only] = items;
  return items.length === 1 && only ? only : arrayNode(items);
}

function larger(a: JsonNode, b: JsonNode): boolean {
  if (a.kind !== 'number' || b.kind !== 'number') return true;
  const [x, y] = [Number(a.text), Number(b.text)];
  return x === y ? canonicalNumber(a.text).length >= canonicalNumber(b.text).length : x > y;
}
