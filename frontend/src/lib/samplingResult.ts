/** A CreateMessageResult being written: its content blocks, and edits of them. */

import { arrayNode, member, objectNode, stringNode, type JsonNode } from './jsonDoc';
import { get, setAt } from './jsonPath';

/** The kinds of blocks that an answer may be composed of. */
export type BlockKind = 'text' | 'image' | 'audio' | 'tool_use';

/** The content blocks of a result: one object, or the list of 2025-11-25. */
export function blocksOf(result: JsonNode): readonly JsonNode[] {
  const content = get(result, 'content');
  if (content?.kind === 'array') return content.items;
  return content ? [content] : [];
}

/** The result with other blocks: one alone is no list, as versions before 2025-11-25 want it. */
export function withBlocks(result: JsonNode, blocks: readonly JsonNode[]): JsonNode {
  const [only] = blocks;
  const content = blocks.length === 1 && only ? only : arrayNode(blocks);
  return setAt(result, ['content'], content) ?? result;
}

/** The words of a member that is a string; else empty. */
export function wordOf(node: JsonNode | undefined, key: string): string {
  const value = get(node, key);
  return value?.kind === 'string' ? value.value : '';
}

const text = (key: string, value: string): ReturnType<typeof member> => member(key, stringNode(value));

/** An empty block of a kind. */
export function newBlock(kind: BlockKind, id: string, tool = ''): JsonNode {
  switch (kind) {
    case 'text':
      return objectNode([text('type', 'text'), text('text', '')]);
    case 'tool_use':
      return objectNode([
        text('type', 'tool_use'),
        text('id', id),
        text('name', tool),
        member('input', objectNode([])),
      ]);
    default:
      return objectNode([text('type', kind), text('data', ''), text('mimeType', '')]);
  }
}

/** An id that no tool use of the result has. */
export function freshId(blocks: readonly JsonNode[]): string {
  const taken = new Set(blocks.map((b) => wordOf(b, 'id')));
  let n = 1;
  while (taken.has(`call_${String(n)}`)) n++;
  return `call_${String(n)}`;
}
