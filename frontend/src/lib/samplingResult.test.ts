import { describe, expect, it } from 'vitest';
import { parseJson, type JsonNode } from './jsonDoc';
import { printJson } from './jsonPrint';
import { blocksOf, freshId, newBlock, withBlocks, wordOf } from './samplingResult';

function read(text: string): JsonNode {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.node;
}

describe('a sampling result being written', () => {
  it('is one block, or a list of several', () => {
    const one = read('{"role":"assistant","content":{"type":"text","text":"a"},"n":1.10}');
    expect(blocksOf(one)).toHaveLength(1);
    const two = withBlocks(one, [...blocksOf(one), newBlock('tool_use', 'call_1', 'weather')]);
    expect(printJson(two)).toBe(
      '{"role":"assistant","content":[{"type":"text","text":"a"},{"type":"tool_use","id":"call_1","name":"weather","input":{}}],"n":1.10}',
    );
    expect(freshId(blocksOf(two))).toBe('call_2');
    expect(printJson(withBlocks(two, blocksOf(two).slice(0, 1)))).toBe(printJson(one));
    expect(printJson(withBlocks(one, []))).toContain('"content":[]');
  });

  it('reads what is there and nothing else', () => {
    expect(blocksOf(read('{}'))).toEqual([]);
    expect(wordOf(read('{"role":3}'), 'role')).toBe('');
    expect(wordOf(newBlock('image', ''), 'type')).toBe('image');
  });
});
