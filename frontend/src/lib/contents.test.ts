import { expect, test } from 'vitest';
import { annotationWords, toBase64, viewOf } from './contents';

const item = { kind: 'text', mimeType: '', sniffed: '', isText: true, uri: 'a:b' };
const blob = { ...item, kind: 'blob', isText: false };

test.each([
  [{ ...item, mimeType: 'text/plain' }, 'text', 'text/plain', ''],
  [item, 'text', '', ''],
  [
    { ...item, uri: 'file:///a/README.md', mimeType: 'text/plain' },
    'markdown',
    'text/markdown',
    'by the ending of its URI',
  ],
  [{ ...item, uri: 'file:///a/b.md?x=1' }, 'markdown', 'text/markdown', 'by the ending of its URI'],
  [{ ...item, mimeType: 'text/markdown; charset=utf-8' }, 'markdown', 'text/markdown', ''],
  [{ ...item, uri: 'a:b.md', mimeType: 'application/json' }, 'json', 'application/json', ''],
  [{ ...item, mimeType: 'application/ld+json' }, 'json', 'application/ld+json', ''],
  [{ ...item, mimeType: 'TEXT/CSV' }, 'csv', 'text/csv', ''],
  [{ ...item, mimeType: 'text/html;profile=mcp-app' }, 'html', 'text/html', ''],
  [{ ...item, mimeType: 'image/svg+xml' }, 'image', 'image/svg+xml', ''],
  [{ ...item, mimeType: 'application/x-new' }, 'text', 'application/x-new', ''],
  [{ ...blob, mimeType: 'image/png' }, 'image', 'image/png', ''],
  [{ ...blob, sniffed: 'image/png' }, 'image', 'image/png', 'by its first bytes'],
  [
    { ...blob, mimeType: 'application/octet-stream', sniffed: 'application/pdf' },
    'pdf',
    'application/pdf',
    'by its first bytes',
  ],
  [{ ...blob, mimeType: 'application/zip' }, 'hex', 'application/zip', ''],
  [{ ...blob, mimeType: 'text/csv' }, 'hex', 'text/csv', ''],
  [{ ...blob, isText: true, mimeType: 'text/csv' }, 'csv', 'text/csv', ''],
  [{ ...blob, uri: 'x.md' }, 'hex', '', ''],
  [{ ...item, kind: 'invalid' }, 'none', '', ''],
  [{ ...item, kind: 'resource_link', mimeType: 'text/html' }, 'none', 'text/html', ''],
])('the view of %j', (of, viewer, mime, why) => {
  expect(viewOf(of)).toEqual({ viewer, mime, why });
});

test('bytes as base64, longer than a call has arguments', () => {
  const bytes = Uint8Array.from({ length: 100_001 }, (_, i) => i % 256);
  expect(atob(toBase64(bytes)).length).toBe(100_001);
  expect(toBase64(new Uint8Array([0xfb, 0xff]))).toBe('+/8=');
});

test('annotations in words', () => {
  expect(annotationWords({ audience: null, lastModified: '' })).toEqual([]);
  expect(annotationWords({ audience: ['user', 'x'], priority: 0, lastModified: '2025-01-12T15:00:58Z' })).toEqual([
    'for user',
    'for x',
    'priority 0',
    'modified 2025-01-12 15:00:58',
  ]);
  expect(annotationWords({ audience: [], lastModified: 'yesterday' })).toEqual(['modified yesterday']);
});
