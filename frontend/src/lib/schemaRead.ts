/** Reading keywords of a schema node, whatever is really there. */

import { type JsonNode, member, objectNode } from './jsonDoc';
import { get } from './jsonPath';

const noteKeys = new Set(
  'title description default examples example deprecated readOnly writeOnly nullable discriminator $schema $id $comment $defs definitions'.split(
    ' ',
  ),
);

export function onlyNotes(schema: JsonNode): boolean {
  return schema.kind === 'object' && schema.members.every((m) => noteKeys.has(m.key));
}

export function withoutNotes(schema: JsonNode): JsonNode {
  return schema.kind === 'object' ? objectNode(schema.members.filter((m) => !noteKeys.has(m.key))) : schema;
}

export function properties(schema: JsonNode | undefined): readonly { key: string; value: JsonNode }[] {
  const node = get(schema, 'properties');
  if (node?.kind !== 'object') return [];
  return [...new Map(node.members.map((m) => [m.key, m.value]))].map(([key, value]) => ({ key, value }));
}

export function string(node: JsonNode | undefined, key: string): string {
  const value = get(node, key);
  return value?.kind === 'string' ? value.value : '';
}

export function number(node: JsonNode, key: string): string {
  const value = get(node, key);
  return value?.kind === 'number' ? value.text : '';
}

export function flag(node: JsonNode, key: string): boolean {
  const value = get(node, key);
  return value?.kind === 'boolean' && value.value;
}

export function strings(node: JsonNode | undefined): string[] {
  return node?.kind === 'array' ? node.items.flatMap((n) => (n.kind === 'string' ? [n.value] : [])) : [];
}

export function replaced(schema: JsonNode, key: string, value: JsonNode): JsonNode {
  return schema.kind === 'object'
    ? objectNode(schema.members.map((m) => (m.key === key ? member(key, value) : m)))
    : schema;
}

export function without(schema: JsonNode, key: string): JsonNode {
  return schema.kind === 'object' ? objectNode(schema.members.filter((m) => m.key !== key)) : schema;
}
