import { expect, it } from 'vitest';
import { filesOf } from './appFiles';

const none = (): Promise<unknown> => Promise.reject(new Error('nothing is to be read'));

it('takes embedded files as they are', async () => {
  const files = await filesOf(
    [
      { type: 'resource', resource: { uri: 'x://a/b.txt?q', mimeType: 'text/plain', text: 'Hi' } },
      { type: 'resource', resource: { uri: '', blob: 'AAEC' } },
    ],
    none,
  );
  expect(files.map((f) => [f.name, f.mime, f.data])).toEqual([
    ['q', 'text/plain', 'SGk='],
    ['download', '', 'AAEC'],
  ]);
});

it('reads linked files from the server', async () => {
  const files = await filesOf([{ type: 'resource_link', uri: 'x://c', name: 'c.json' }], (uri) =>
    Promise.resolve({ contents: [{ uri, mimeType: 'application/json', text: '{}' }] }),
  );
  expect(files.map((f) => [f.name, f.data])).toEqual([['c.json', 'e30=']]);
});

it.each([
  ['none', []],
  ['no file in it', [{ type: 'text' }]],
  ['too many', Array.from({ length: 21 }, () => ({ type: 'resource', resource: { text: 'x' } }))],
  ['too large', [{ type: 'resource', resource: { blob: 'A'.repeat(41 << 20) } }]],
])('refuses %s', async (_, items) => {
  await expect(filesOf(items, none)).rejects.toThrow(/it (holds|is)/);
});
