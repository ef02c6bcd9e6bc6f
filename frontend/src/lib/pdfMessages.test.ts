import { expect, test } from 'vitest';
import { readPdfSaid, type PdfSaid } from './pdfMessages';

test.each<PdfSaid>([
  { said: 'ready' },
  { said: 'opened', pages: 12, shown: 12 },
  { said: 'password', wrong: true },
  { said: 'failed', why: 'Invalid PDF structure.' },
  { said: 'at', page: 3, scale: 1.25 },
  { said: 'drawn', page: 3 },
  { said: 'found', matches: 4, index: 1, searched: 9, over: false },
  { said: 'link', url: 'https://example.org/', page: 1 },
  { said: 'note', note: 'Indexing all PDF objects' },
  { said: 'key', key: 'find' },
])('reads what a viewer says: $said', (said) => {
  expect(readPdfSaid(structuredClone(said))).toEqual(said);
});

test.each([
  [undefined],
  [null],
  ['ready'],
  [7],
  [[]],
  [{}],
  [{ said: 'quit' }],
  [{ said: ['ready'] }],
  [{ said: 'key', key: 'delete' }],
  [{ jsonrpc: '2.0', method: 'ui/open-link' }],
])('nothing else is read: %j', (data) => {
  expect(readPdfSaid(data)).toBeUndefined();
});

test('what a viewer cannot mean becomes harmless', () => {
  expect(readPdfSaid({ said: 'opened', pages: 1e300, shown: -5 })).toEqual({ said: 'opened', pages: 0, shown: 0 });
  expect(readPdfSaid({ said: 'at', page: NaN, scale: Infinity })).toEqual({ said: 'at', page: 0, scale: 1 });
  expect(readPdfSaid({ said: 'password', wrong: 'yes' })).toEqual({ said: 'password', wrong: false });
  expect(readPdfSaid({ said: 'failed', why: { toString: () => 'x' } })).toEqual({ said: 'failed', why: '' });
  const long = 'a'.repeat(100_000);
  expect(readPdfSaid({ said: 'link', url: long, page: 1 })).toEqual({
    said: 'link',
    url: long.slice(0, 8192),
    page: 1,
  });
  expect(readPdfSaid({ said: 'note', note: long })).toEqual({ said: 'note', note: long.slice(0, 300) });
  expect(readPdfSaid({ said: 'ready', more: long })).toEqual({ said: 'ready' });
});
