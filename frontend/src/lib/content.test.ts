import { expect, test } from 'vitest';
import { base64Length, hexPreview, looksJson, mediaUrl, readResult } from './content';
import { fromValue } from './jsonPrint';

test('every block kind, in order, and what is odd', () => {
  const result = readResult(
    fromValue({
      content: [
        { type: 'text', text: 'hi' },
        { type: 'image', mimeType: 'image/png', data: 'AAAA' },
        { type: 'audio', mimeType: 'audio/wav', data: 'AAAA' },
        { type: 'resource', resource: { uri: 'a:b', mimeType: 'text/plain', text: 'x' } },
        { type: 'resource', resource: { uri: 'a:b', blob: 'AAAA' } },
        { type: 'resource_link', uri: 'a:b', name: 'n', size: 7 },
        { type: 'hologram' },
        { type: 'text' },
        7,
        { type: 'resource', resource: null },
      ],
      structuredContent: { a: 1 },
      isError: true,
      _meta: { x: 1 },
    }),
  );
  expect(result.blocks.map((b) => b.kind).join(' ')).toBe(
    'text image audio resource resource link unknown unknown unknown unknown',
  );
  expect(result.structured?.kind).toBe('object');
  expect(result.rest.map((r) => r.key)).toEqual(['_meta']);
});

test.each([
  [{ content: [] }, 'the content is empty'],
  [{}, 'the result has no content'],
  [{ content: 'text' }, 'content is not a list; see Raw'],
  [{ structuredContent: {} }, ''],
  [[], 'the result is not a JSON object'],
])('%j: %s', (value, note) => {
  expect(readResult(fromValue(value)).note).toBe(note);
});

test.each([
  ['image', 'image/png', true],
  ['image', 'image/svg+xml; charset=utf-8', true],
  ['image', 'text/html', false],
  ['image', 'image/png,<script>', false],
  ['audio', 'audio/wav', true],
  ['audio', 'image/png', false],
  ['image', '', false],
] as const)('%s of type %s', (kind, mime, shown) => {
  expect('url' in mediaUrl(kind, mime, 'AAAA')).toBe(shown);
});

test('base64', () => {
  expect(base64Length(btoa('hello'))).toBe(5);
  expect(hexPreview(btoa('GIF89a\u0000'))).toBe('0000  47 49 46 38 39 61 00                             GIF89a.');
  expect(hexPreview('***')).toBeNull();
});

test.each([
  ['{"a":1}', true],
  [' [1]\n', true],
  ['[see below', false],
  ['7', false],
  [`{${'x'.repeat(1000)}}`, true],
])('looksJson(%s)', (text, want) => {
  expect(looksJson(text)).toBe(want);
});
