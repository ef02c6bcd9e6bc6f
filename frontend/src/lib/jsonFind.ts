import type { JsonNode } from './jsonDoc';

/** Hits that are counted: more are not walked through. */
const most = 1000;

/** A value that holds a text, and what has to be open to see it, from the outside in. */
export interface JsonHit {
  node: JsonNode;
  within: readonly JsonNode[];
}

/** The values whose key or own text holds a text, ignoring case, in order. */
export function findInJson(root: JsonNode, text: string): JsonHit[] {
  const wanted = text.toLowerCase();
  const hits: JsonHit[] = [];
  if (wanted !== '') walk(root, '', []);
  return hits;

  function walk(node: JsonNode, key: string, within: readonly JsonNode[]): void {
    if (hits.length >= most) return;
    if (key.toLowerCase().includes(wanted) || scalar(node).toLowerCase().includes(wanted)) hits.push({ node, within });
    const inner = [...within, node];
    if (node.kind === 'array') for (const item of node.items) walk(item, '', inner);
    else if (node.kind === 'object') for (const m of node.members) walk(m.value, m.key, inner);
  }
}

function scalar(node: JsonNode): string {
  if (node.kind === 'string') return node.value;
  if (node.kind === 'number') return node.text;
  if (node.kind === 'boolean') return String(node.value);
  return node.kind === 'null' ? 'null' : '';
}
