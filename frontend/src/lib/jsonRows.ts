/** A JSON document as the rows of a folding tree. Only what is open costs anything. */

import type { JsonNode } from './jsonDoc';
import { type Path, toPointer } from './jsonPath';

export interface JsonRow {
  readonly kind: 'value' | 'close' | 'more';
  readonly depth: number;
  /** The member's key, the item's index, or null at the root. */
  readonly step: string | number | null;
  readonly node: JsonNode;
  readonly open: boolean;
  readonly parent: JsonRow | null;
  /** A comma follows. */
  readonly comma: boolean;
  /** For "more": how many children are not shown. */
  readonly hidden: number;
}

/** Children shown at first; "more" doubles it. */
export const firstChildren = 500;
/** Rows opened without being asked. */
const openBudget = 300;

export type Container = JsonNode & { readonly kind: 'array' | 'object' };

export function isContainer(node: JsonNode): node is Container {
  return node.kind === 'array' || node.kind === 'object';
}

export function childCount(node: JsonNode): number {
  return node.kind === 'array' ? node.items.length : node.kind === 'object' ? node.members.length : 0;
}

/** Which containers start open: breadth first, until as many rows are shown as are read at once. */
export function openAtFirst(root: JsonNode): Set<JsonNode> {
  const open = new Set<JsonNode>();
  let level: JsonNode[] = [root];
  let budget = openBudget;
  while (level.length > 0 && budget > 0) {
    const next: JsonNode[] = [];
    for (const node of level) {
      if (!isContainer(node) || (childCount(node) > budget && node !== root)) continue;
      open.add(node);
      budget -= childCount(node) + 1;
      if (budget <= 0) break;
      for (const child of children(node, firstChildren))
        if (isContainer(child.node) && childCount(child.node) > 0) next.push(child.node);
    }
    level = next;
  }
  return open;
}

/** The rows in order. `shown` says how many children of a container are shown, firstChildren unless set. */
export function jsonRows(root: JsonNode, open: ReadonlySet<JsonNode>, shown: ReadonlyMap<JsonNode, number>): JsonRow[] {
  const out: JsonRow[] = [];
  add(out, root, null, null, 0, false, open, shown);
  return out;
}

function add(
  out: JsonRow[],
  node: JsonNode,
  step: string | number | null,
  parent: JsonRow | null,
  depth: number,
  comma: boolean,
  open: ReadonlySet<JsonNode>,
  shown: ReadonlyMap<JsonNode, number>,
): void {
  const count = childCount(node);
  const isOpen = count > 0 && open.has(node);
  const row: JsonRow = { kind: 'value', depth, step, node, open: isOpen, parent, comma, hidden: 0 };
  out.push(row);
  if (!isOpen || !isContainer(node)) return;
  const limit = shown.get(node) ?? firstChildren;
  let i = 0;
  for (const child of children(node, limit)) add(out, child.node, child.step, row, depth + 1, ++i < count, open, shown);
  if (count > limit) out.push({ ...row, kind: 'more', depth: depth + 1, parent: row, hidden: count - limit });
  out.push({ ...row, kind: 'close' });
}

function* children(node: Container, limit: number): Generator<{ step: string | number; node: JsonNode }> {
  if (node.kind === 'array') {
    for (const [i, item] of node.items.entries()) {
      if (i >= limit) return;
      yield { step: i, node: item };
    }
    return;
  }
  for (const [i, m] of node.members.entries()) {
    if (i >= limit) return;
    yield { step: m.key, node: m.value };
  }
}

/** Every container, for "expand all"; stops at `limit` rows. */
export function allContainers(root: JsonNode, limit: number): Set<JsonNode> {
  const open = new Set<JsonNode>();
  const queue: JsonNode[] = [root];
  let rows = 0;
  for (let node = queue.pop(); node && rows < limit; node = queue.pop()) {
    if (!isContainer(node)) continue;
    open.add(node);
    rows += Math.min(childCount(node), firstChildren) + 1;
    for (const child of children(node, firstChildren)) if (isContainer(child.node)) queue.push(child.node);
  }
  return open;
}

/** The JSON Pointer of a row's value. */
export function rowPointer(row: JsonRow): string {
  const path: (string | number)[] = [];
  for (let r: JsonRow | null = row; r; r = r.parent) if (r.step !== null) path.unshift(r.step);
  return toPointer(path satisfies Path);
}
