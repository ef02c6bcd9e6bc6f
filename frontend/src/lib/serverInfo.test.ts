import { expect, it } from 'vitest';
import { indented, offersTools, readCapabilities, readServerInfo } from './serverInfo';

it('reads what a server says of itself, whatever it sends', () => {
  expect(readServerInfo('{"name":"a","version":2,"websiteUrl":"https://x"}')).toEqual({
    name: 'a',
    title: '',
    version: '',
    websiteUrl: 'https://x',
    description: '',
  });
  for (const odd of ['', 'null', '[]', '{', '"x"']) expect(readServerInfo(odd).name).toBe('');
});

it('lists capabilities', () => {
  const json =
    '{"tools":{"listChanged":true},"logging":{},"tasks":{"requests":{"tools":{"call":{}}}},"experimental":{"x/y":{}}}';
  expect(readCapabilities(json)).toEqual([
    { name: 'tools', details: ['listChanged'] },
    { name: 'logging', details: [] },
    { name: 'tasks', details: ['requests: {"tools":{"call":{}}}'] },
    { name: 'x/y', details: ['experimental'] },
  ]);
});

it.each([
  ['{"tools":{}}', true],
  ['{"prompts":{}}', false],
  ['', true],
])('offersTools of %s', (json, offered) => {
  expect(offersTools(json)).toBe(offered);
});

it('leaves what is no JSON as it is', () => {
  expect(indented('{"a":1}')).toBe('{\n  "a": 1\n}');
  expect(indented('nope')).toBe('nope');
});
