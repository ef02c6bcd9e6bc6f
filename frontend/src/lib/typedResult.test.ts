import { expect, it } from 'vitest';
import { parseJson, type JsonNode } from './jsonDoc';
import { readCompletion, readList, resultKind } from './typedResult';

function json(value: unknown): JsonNode {
  const parsed = parseJson(JSON.stringify(value));
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.node;
}

it.each([
  ['tools/call', 'tool'],
  ['resources/read', 'contents'],
  ['prompts/get', 'messages'],
  ['tools/list', 'list'],
  ['skills/list', 'list'],
  ['completion/complete', 'completion'],
  ['server/discover', 'plain'],
  ['of/next/year', 'plain'],
])('%s has the view %s', (method, kind) => expect(resultKind(method)).toBe(kind));

it('shows one bad item beside the good ones, and keeps duplicates apart', () => {
  const list = readList(
    'tools/list',
    json({ tools: [{ name: 'a' }, 7, { name: 'a', title: 'A' }, {}], nextCursor: '', x: 1 }),
  );
  expect(list.items.map((i) => [i.name, i.problem])).toEqual([
    ['a', ''],
    ['', 'an item is number, not an object'],
    ['a', ''],
    ['', 'it has no name'],
  ]);
  expect(list.repeated).toEqual(['a']);
  expect(list.cursor).toBe('""');
  expect(list.rest.map((r) => r.key)).toEqual(['nextCursor', 'x']);
});

it.each([
  ['resources/list', { resources: [{ uri: 'x:1', name: 'n' }] }, 'n', 'x:1'],
  ['resources/templates/list', { resourceTemplates: [{ uriTemplate: 'x:{n}' }] }, 'x:{n}', ''],
  ['skills/list', { skills: [{ uri: 'skill://a/SKILL.md', frontmatter: { name: 'a' } }] }, 'a', 'skill://a/SKILL.md'],
  ['tasks/list', { tasks: [{ taskId: 't1', status: 'working' }] }, 't1', ''],
])('%s', (method, result, name, title) => {
  const [item] = readList(method, json(result)).items;
  expect([item?.name, item?.title]).toEqual([name, title]);
});

it.each([
  [{}, 'the result has no tools'],
  [{ tools: {} }, 'tools is no array'],
])('says why there is nothing: %j', (result, problem) =>
  expect(readList('tools/list', json(result)).problem).toBe(problem),
);

it('reads completions, whatever is in them', () => {
  expect(readCompletion(json({ completion: { values: ['a', 1], total: 12, hasMore: true } }))).toEqual({
    values: ['a', '(number)'],
    total: '12',
    hasMore: true,
    problem: '',
  });
  expect(readCompletion(json({})).problem).toBe('the result has no completion.values');
});
