/**
 * How one JSON document becomes another: objects without their order, numbers by value and exact, items of arrays told
 * apart by what names them, or else by the fewest edits. The work yields: a large document does not hold up the page.
 */
import { align, rising } from './align';
import { type ArrayNode, type JsonNode, type ObjectNode, parseJson, type StringNode } from './jsonDoc';
import { JsonHash } from './jsonHash';

export type Edit =
  | { readonly kind: 'same'; readonly was: JsonNode; readonly now: JsonNode; readonly ignored: boolean }
  | { readonly kind: 'changed'; readonly was: JsonNode; readonly now: JsonNode }
  | {
      readonly kind: 'object';
      readonly was: ObjectNode;
      readonly now: ObjectNode;
      readonly members: readonly MemberEdit[];
    }
  | { readonly kind: 'array'; readonly was: ArrayNode; readonly now: ArrayNode; readonly items: readonly ItemEdit[] }
  /** Two texts that hold JSON. */
  | { readonly kind: 'within'; readonly was: StringNode; readonly now: StringNode; readonly edit: Edit };

/** A member or item on both sides, or on one of them. */
export type Both =
  | { readonly edit: Edit; readonly was?: never; readonly now?: never }
  | { readonly edit?: never; readonly was: JsonNode; readonly now?: never }
  | { readonly edit?: never; readonly was?: never; readonly now: JsonNode };

export type MemberEdit = Both & { readonly key: string };
export type ItemEdit = Both & {
  /** Its place before and after, -1 where it is not there. */
  readonly from: number;
  readonly to: number;
  /** It stands elsewhere among the others. */
  readonly moved: boolean;
  /** What names it, where that is how the items are told apart. */
  readonly name: string;
};

export interface JsonEdit {
  readonly edit: Edit;
  /** Some lists differed so much that they were not aligned by the fewest edits. */
  readonly rough: boolean;
  /** Places that differ and are left out. */
  readonly ignored: number;
}

/** The members that may name the items of a list, the best first. */
const identities = ['name', 'uri', 'uriTemplate', 'id'] as const;

/** UTF-16 units of a text that is looked into for JSON. */
const maxWithin = 512 * 1024;

/** Compares two documents. Paths for which `ignored` is true count as equal. */
export function* editJson(
  was: JsonNode,
  now: JsonNode,
  ignored: (path: readonly string[]) => boolean = () => false,
): Generator<void, JsonEdit> {
  const work = new Editor(ignored);
  const edit = yield* work.edit(was, now, []);
  return { edit, rough: work.rough, ignored: work.ignored };
}

class Editor {
  rough = false;
  ignored = 0;
  readonly #hash = new JsonHash();
  readonly #ignored: (path: readonly string[]) => boolean;

  constructor(ignored: (path: readonly string[]) => boolean) {
    this.#ignored = ignored;
  }

  *edit(was: JsonNode, now: JsonNode, path: string[]): Generator<void, Edit> {
    if (yield* this.#hash.same(was, now)) return { kind: 'same', was, now, ignored: false };
    if (this.#skips(path)) return { kind: 'same', was, now, ignored: true };
    if (was.kind === 'object' && now.kind === 'object')
      return { kind: 'object', was, now, members: yield* this.#members(was, now, path) };
    if (was.kind === 'array' && now.kind === 'array')
      return { kind: 'array', was, now, items: yield* this.#items(was, now, path) };
    if (was.kind === 'string' && now.kind === 'string') {
      const [a, b] = [within(was.value), within(now.value)];
      if (a && b) return { kind: 'within', was, now, edit: yield* this.edit(a, b, path) };
    }
    return { kind: 'changed', was, now };
  }

  /** Whether what differs at a path is left out. */
  #skips(path: readonly string[]): boolean {
    if (path.length === 0 || !this.#ignored(path)) return false;
    this.ignored++;
    return true;
  }

  /** Members by their keys; what is gone stands where it stood. */
  *#members(was: ObjectNode, now: ObjectNode, path: string[]): Generator<void, MemberEdit[]> {
    const before = byKey(was);
    const after = byKey(now);
    const gone = new Map<string, MemberEdit[]>();
    let last = '';
    for (const [id, m] of before) {
      if (after.has(id)) last = id;
      else if (!this.#skips([...path, m.key])) {
        const list = gone.get(last) ?? [];
        list.push({ key: m.key, was: m.value });
        gone.set(last, list);
      }
    }
    const out: MemberEdit[] = gone.get('') ?? [];
    for (const [id, m] of after) {
      const old = before.get(id);
      path.push(m.key);
      if (old) out.push({ key: m.key, edit: yield* this.edit(old.value, m.value, path) });
      else if (!this.#skips(path)) out.push({ key: m.key, now: m.value });
      path.pop();
      out.push(...(gone.get(id) ?? []));
    }
    return out;
  }

  *#items(was: ArrayNode, now: ArrayNode, path: string[]): Generator<void, ItemEdit[]> {
    const key = yield* identityOf(was, now);
    const to = key === '' ? yield* this.#byContent(was, now) : yield* byName(was, now, key);
    const from = new Int32Array(now.items.length).fill(-1);
    for (const [i, j] of to.entries()) if (j >= 0) from[j] = i;
    const there = [...from].filter((i) => i >= 0);
    const inOrder = new Set(rising(there).map((k) => there[k]));
    const out: ItemEdit[] = [];
    leave(was, to, inOrder, 0, key, out);
    for (const [j, item] of now.items.entries()) {
      if ((j & 0xff) === 0) yield;
      const i = from[j] ?? -1;
      const name = nameOf(item, key);
      const old = was.items[i];
      path.push(String(j));
      if (old) out.push({ from: i, to: j, moved: !inOrder.has(i), name, edit: yield* this.edit(old, item, path) });
      else out.push({ from: -1, to: j, moved: false, name, now: item });
      path.pop();
      if (inOrder.has(i)) leave(was, to, inOrder, i + 1, key, out);
    }
    return out;
  }

  /** Equal items, then what is left between them in order, then what moved away. */
  *#byContent(was: ArrayNode, now: ArrayNode): Generator<void, Int32Array> {
    const ids = new Map<string, number>();
    const a = yield* this.#hash.numbers(was.items, ids);
    const b = yield* this.#hash.numbers(now.items, ids);
    const { to, rough } = yield* align(a, b);
    this.rough ||= rough;
    const lined = to.slice();
    const taken = new Set(to);
    const free = new Map<number, number[]>();
    for (let j = b.length - 1; j >= 0; j--) {
      if (taken.has(j)) continue;
      const list = free.get(b[j] ?? 0) ?? [];
      list.push(j);
      free.set(b[j] ?? 0, list);
    }
    for (let i = 0; i < to.length; i++) {
      const j = (to[i] ?? -1) < 0 && worth(was.items[i]) ? free.get(a[i] ?? 0)?.pop() : undefined;
      if (j === undefined) continue;
      to[i] = j;
      taken.add(j);
    }
    fillGaps(was, now, lined, taken, to);
    return to;
  }
}

/** A small value that is gone here and new there was not moved: there are many like it. */
function worth(node: JsonNode | undefined): boolean {
  return (
    node?.kind === 'object' || node?.kind === 'array' || (node?.kind === 'string' && node.value.length > 3) || false
  );
}

/** What stands at the same place between two equal items, and is of one kind, is one item that changed. */
function fillGaps(was: ArrayNode, now: ArrayNode, lined: Int32Array, taken: ReadonlySet<number>, to: Int32Array): void {
  const bound = new Int32Array(lined.length + 1).fill(now.items.length);
  for (let i = lined.length - 1; i >= 0; i--) {
    const j = lined[i] ?? -1;
    bound[i] = j >= 0 ? j : (bound[i + 1] ?? 0);
  }
  let next = 0;
  for (let i = 0; i < lined.length; i++) {
    if ((lined[i] ?? -1) >= 0) next = (lined[i] ?? -1) + 1;
    if ((to[i] ?? -1) >= 0) continue;
    while (next < (bound[i] ?? 0) && taken.has(next)) next++;
    const [a, b] = [was.items[i], now.items[next]];
    if (next < (bound[i] ?? 0) && a && b && alike(a, b)) to[i] = next++;
  }
}

function alike(a: JsonNode, b: JsonNode): boolean {
  const container = (n: JsonNode): boolean => n.kind === 'object' || n.kind === 'array';
  return container(a) || container(b) ? a.kind === b.kind : true;
}

/** Tells of the items that are gone from a place on, up to the next that stays where it is. */
function leave(
  was: ArrayNode,
  to: Int32Array,
  inOrder: ReadonlySet<number | undefined>,
  first: number,
  key: string,
  out: ItemEdit[],
): void {
  for (let i = first; i < to.length && !inOrder.has(i); i++) {
    const old = was.items[i];
    if ((to[i] ?? -1) < 0 && old) out.push({ from: i, to: -1, moved: false, name: nameOf(old, key), was: old });
  }
}

/** Members by key; a key that is there again is a member of its own. */
function byKey(node: ObjectNode): Map<string, ObjectNode['members'][number]> {
  const out = new Map<string, ObjectNode['members'][number]>();
  const count = new Map<string, number>();
  for (const m of node.members) {
    const nth = count.get(m.key) ?? 0;
    count.set(m.key, nth + 1);
    out.set(`${String(nth)} ${m.key}`, m);
  }
  return out;
}

/** Items that are looked at before the page gets its turn. */
const batch = 0x3ff;

/** The member that names every item of both lists; empty when there is none. */
function* identityOf(was: ArrayNode, now: ArrayNode): Generator<void, string> {
  if (was.items.length + now.items.length === 0) return '';
  for (const key of identities) {
    if ((yield* named(was, key)) && (yield* named(now, key))) return key;
  }
  return '';
}

function* named(list: ArrayNode, key: string): Generator<void, boolean> {
  for (const [i, item] of list.items.entries()) {
    if ((i & batch) === batch) yield;
    if (nameOf(item, key) === '') return false;
  }
  return true;
}

function nameOf(node: JsonNode, key: string): string {
  if (key === '' || node.kind !== 'object') return '';
  const value = node.members.find((m) => m.key === key)?.value;
  if (value?.kind === 'string') return value.value;
  return value?.kind === 'number' ? value.text : '';
}

/** Items of one name, in order: names may repeat. */
function* byName(was: ArrayNode, now: ArrayNode, key: string): Generator<void, Int32Array> {
  const places = new Map<string, number[]>();
  for (let j = now.items.length - 1; j >= 0; j--) {
    if ((j & batch) === 0) yield;
    const item = now.items[j];
    if (!item) continue;
    const name = nameOf(item, key);
    const list = places.get(name);
    if (list) list.push(j);
    else places.set(name, [j]);
  }
  const to = new Int32Array(was.items.length);
  for (const [i, item] of was.items.entries()) {
    if ((i & batch) === batch) yield;
    to[i] = places.get(nameOf(item, key))?.pop() ?? -1;
  }
  return to;
}

/** The JSON object or array in a text; null when there is none. */
function within(text: string): JsonNode | null {
  if (text.length > maxWithin || !/^\s*[[{]/.test(text)) return null;
  const parsed = parseJson(text);
  return parsed.ok ? parsed.node : null;
}
