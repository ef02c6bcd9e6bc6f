import { expect, test } from 'vitest';
import { type JsonNode, parseJson } from './jsonDoc';
import { allContainers, jsonRows, openAtFirst, rowPointer } from './jsonRows';

function read(value: unknown): JsonNode {
  const parsed = parseJson(JSON.stringify(value));
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.node;
}

const none = new Map<JsonNode, number>();

test('rows of an open document', () => {
  const root = read({ a: 1, b: [true, { c: null }], d: {} });
  const rows = jsonRows(root, openAtFirst(root), none);
  expect(rows.map((r) => `${'  '.repeat(r.depth)}${r.kind} ${String(r.step)}${r.comma ? ',' : ''}`)).toEqual([
    'value null',
    '  value a,',
    '  value b,',
    '    value 0,',
    '    value 1',
    '      value c',
    '    close 1',
    '  close b,',
    '  value d',
    'close null',
  ]);
  expect(rows.map(rowPointer)[5]).toBe('/b/1/c');
});

test('long arrays show a part, and say how much is left', () => {
  const root = read(Array.from({ length: 2000 }, (_, i) => i));
  const rows = jsonRows(root, openAtFirst(root), none);
  expect(rows.length).toBe(503);
  expect(rows[501]).toMatchObject({ kind: 'more', hidden: 1500 });
  expect(jsonRows(root, openAtFirst(root), new Map([[root, 2000]])).length).toBe(2002);
});

test('a big document opens only in part', () => {
  const root = read(Array.from({ length: 400 }, (_, i) => ({ i, l: [1, 2, 3] })));
  expect(jsonRows(root, openAtFirst(root), none).length).toBeLessThan(1000);
  expect(jsonRows(root, allContainers(root, 100_000), none).length).toBe(400 * 8 + 2);
});
