import { expect, test } from 'vitest';
import { type DraftStore, Drafts, maxDraft, maxDrafts, withoutSecrets } from './drafts';
import { type JsonNode, parseJson } from './jsonDoc';
import { printJson } from './jsonPrint';
import { schemaFields } from './schemaFields';

function read(text: string): JsonNode {
  const parsed = parseJson(text);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.node;
}

class Memory implements DraftStore {
  readonly map = new Map<string, string>();
  get length(): number {
    return this.map.size;
  }
  key(i: number): string | null {
    return [...this.map.keys()][i] ?? null;
  }
  getItem(key: string): string | null {
    return this.map.get(key) ?? null;
  }
  setItem(key: string, value: string): void {
    this.map.set(key, value);
  }
  removeItem(key: string): void {
    this.map.delete(key);
  }
}

test('arguments come back exactly, by profile and tool', () => {
  const store = new Memory();
  new Drafts(store).save('p1', 'a/b ünï', read('{"n":9007199254740993,"m":1.10,"e":""}'), null);
  const again = new Drafts(store).load('p1', 'a/b ünï');
  expect(again && printJson(again)).toBe('{"n":9007199254740993,"m":1.10,"e":""}');
  expect(new Drafts(store).load('p2', 'a/b ünï')).toBeUndefined();
});

test('secrets are never written', () => {
  const store = new Memory();
  const field = schemaFields(
    JSON.stringify({
      properties: {
        pin: { type: 'string', format: 'password' },
        once: { type: 'string', writeOnly: true },
        list: { type: 'array', items: { type: 'string', format: 'password' } },
        deep: {
          oneOf: [
            { properties: { kind: { const: 'a' }, hush: { type: 'string', writeOnly: true } } },
            { type: 'string' },
          ],
        },
      },
    }),
  );
  const args = read(
    '{"pin":"S1","once":"S2","list":["S3"],"deep":{"kind":"a","hush":"S4"},"headers":{"Authorization":"S5"},"api_key":"S6","open":"yes","x":[{"token":"S7"}]}',
  );
  new Drafts(store).save('p', 't', args, field);
  const written = [...store.map.values()].join();
  expect(written).not.toMatch(/S\d/);
  expect(written).toContain('yes');
});

test('empty arguments and long ones are forgotten', () => {
  const store = new Memory();
  const drafts = new Drafts(store);
  drafts.save('p', 't', read('{"a":1}'), null);
  drafts.save('p', 't', read('{}'), null);
  expect(store.length).toBe(0);
  drafts.save('p', 't', read(JSON.stringify({ a: 'x'.repeat(maxDraft) })), null);
  expect(store.length).toBe(0);
});

test('the oldest go first', () => {
  const store = new Memory();
  let now = 0;
  const drafts = new Drafts(store, () => ++now);
  store.setItem('other', 'kept');
  for (let i = 0; i < maxDrafts + 5; i++) drafts.save('p', `t${String(i)}`, read('{"a":1}'), null);
  expect(store.length).toBe(maxDrafts + 1);
  expect(drafts.load('p', 't0')).toBeUndefined();
  expect(drafts.load('p', `t${String(maxDrafts + 4)}`)).toBeDefined();
  expect(store.getItem('other')).toBe('kept');
});

test.each(['{', 'null', '{"args":3}', '{"args":"[1]"}', '{"args":"{"}'])('a spoilt draft %s is none', (text) => {
  const store = new Memory();
  store.setItem('sightglass.draft.p/t', text);
  expect(new Drafts(store).load('p', 't')).toBeUndefined();
});

test('a full or missing store is no error', () => {
  const store = new Memory();
  store.setItem = () => {
    throw new DOMException('full', 'QuotaExceededError');
  };
  new Drafts(store).save('p', 't\ud800', read('{"a":1}'), null);
  new Drafts(null).save('p', 't', read('{"a":1}'), null);
  expect(new Drafts(null).load('p', 't')).toBeUndefined();
});

test('a value without secrets is itself', () => {
  const node = read('{"a":[1,{"b":null}]}');
  expect(printJson(withoutSecrets(node, null, '') ?? node)).toBe(printJson(node));
});
