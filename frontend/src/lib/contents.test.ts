import { describe, expect, test } from 'vitest';
import { decodeBase64, encodeBase64, fileName, readContents, viewOf } from './contents';
import { parseJson, type JsonNode } from './jsonDoc';

function node(value: unknown): JsonNode {
  const parsed = parseJson(JSON.stringify(value));
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.node;
}

const one = (item: object): ReturnType<typeof readContents>['contents'][number] => {
  const content = readContents(node({ contents: [item] })).contents[0];
  if (!content) throw new Error('no content');
  return content;
};

describe('what a result holds', () => {
  test.each([
    [[], 'the result is not a JSON object'],
    [{}, 'the result has no contents'],
    [{ contents: {} }, 'contents is not a list; see Raw'],
    [{ contents: [] }, 'the list of contents is empty'],
    [{ contents: [{ uri: 'a:b', text: '' }] }, ''],
  ])('%j', (result, note) => {
    expect(readContents(node(result)).note).toBe(note);
  });

  test('unknown members are kept, an item that is no object is one', () => {
    const read = readContents(node({ contents: [7, { uri: 'a:b', text: 5 }], _meta: { x: 1 }, ttl: 5 }));
    expect(read.rest.map((r) => r.key)).toEqual(['_meta', 'ttl']);
    expect(read.contents.map((c) => [c.uri, c.text, viewOf(c).viewer])).toEqual([
      ['', null, 'none'],
      ['a:b', null, 'none'],
    ]);
  });
});

const png = 'iVBORw0KGgoAAAANSUhEUg==';

test.each([
  [{ uri: 'a:b', mimeType: 'text/plain', text: 'x' }, 'text', 'text/plain', ''],
  [{ uri: 'a:b', text: 'x' }, 'text', '', ''],
  [
    { uri: 'file:///a/README.md', mimeType: 'text/plain', text: 'x' },
    'markdown',
    'text/markdown',
    'by the ending of its URI',
  ],
  [{ uri: 'file:///a/b.md?x=1', text: 'x' }, 'markdown', 'text/markdown', 'by the ending of its URI'],
  [{ uri: 'a:b', mimeType: 'text/markdown; charset=utf-8', text: 'x' }, 'markdown', 'text/markdown', ''],
  [{ uri: 'a:b.md', mimeType: 'application/json', text: '{}' }, 'text', 'application/json', ''],
  [{ uri: 'a:b', mimeType: 'TEXT/CSV', text: 'a,b' }, 'csv', 'text/csv', ''],
  [{ uri: 'ui://x', mimeType: 'text/html;profile=mcp-app', text: '<p>' }, 'html', 'text/html', ''],
  [{ uri: 'a:b', mimeType: 'image/svg+xml', text: '<svg/>' }, 'image', 'image/svg+xml', ''],
  [{ uri: 'a:b', mimeType: 'image/png', blob: png }, 'image', 'image/png', ''],
  [{ uri: 'a:b', blob: png }, 'image', 'image/png', 'by its first bytes'],
  [
    { uri: 'a:b', mimeType: 'application/octet-stream', blob: btoa('%PDF-1.7') },
    'pdf',
    'application/pdf',
    'by its first bytes',
  ],
  [{ uri: 'a:b', mimeType: 'application/zip', blob: png }, 'hex', 'application/zip', ''],
  [{ uri: 'a:b', mimeType: 'application/ld+json', blob: btoa('{}') }, 'text', 'application/ld+json', ''],
  [{ uri: 'a:b', mimeType: 'text/csv', blob: btoa('a,b') }, 'csv', 'text/csv', ''],
  [{ uri: 'a:b', blob: '***' }, 'hex', '', ''],
  [{ uri: 'a:b' }, 'none', '', ''],
])('the view of %j', (item, viewer, mime, why) => {
  expect(viewOf(one(item))).toEqual({ viewer, mime, why });
});

test('base64 of either alphabet, with line ends, and what is none', () => {
  expect(decodeBase64('-_-_\n/+/+')).toEqual(new Uint8Array([0xfb, 0xff, 0xbf, 0xff, 0xef, 0xfe]));
  expect(decodeBase64('')).toEqual(new Uint8Array());
  expect(decodeBase64('not base64!')).toBeNull();
  expect(decodeBase64(encodeBase64('né 🙂'))).toEqual(new TextEncoder().encode('né 🙂'));
});

test.each([
  ['file:///a/b.txt', 'text/plain', 'b.txt'],
  ['demo://resource/static/document/features.md', '', 'features.md'],
  ['memo://notes', 'text/markdown', 'notes.md'],
  ['file:///a/..', 'text/plain', 'resource.txt'],
  ['x:a%2F..%2Fb%00', 'image/png', 'x_a_.._b_.png'],
  ['file:///%E4%BD%A0.csv?x=/y', '', '你.csv'],
  ['file:///100%', '', '100%'],
  ['', '', 'resource'],
])('a file name for %s %s', (uri, mime, want) => {
  expect(fileName(uri, mime)).toBe(want);
});
