import { expect, it } from 'vitest';
import { parseJson } from './jsonDoc';
import { findInJson } from './jsonFind';

it('finds keys and values, and tells what to open', () => {
  const parsed = parseJson('{"a":{"Needle":1},"b":["x",{"c":"a needle"}],"d":42}');
  if (!parsed.ok) throw new Error('not read');
  const hits = findInJson(parsed.node, 'needle');
  expect(hits.map((hit) => [hit.node.kind, hit.within.length])).toEqual([
    ['number', 2],
    ['string', 3],
  ]);
  expect(findInJson(parsed.node, '42').length).toBe(1);
  expect(findInJson(parsed.node, '')).toEqual([]);
});
