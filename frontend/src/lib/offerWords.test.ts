import { expect, test } from 'vitest';
import { aboutOf, shortType, variableHint } from './offerWords';

test.each([
  ['text/markdown; charset=utf-8', 'markdown'],
  ['application/octet-stream', 'binary'],
  ['text/html;profile=mcp-app', 'app'],
  ['image/svg+xml', 'svg'],
  ['application/vnd.ms-excel', 'ms-excel'],
  ['odd', 'odd'],
  ['', ''],
])('%s in short', (mime, want) => expect(shortType(mime)).toBe(want));

test('words', () => {
  expect(aboutOf('a', '', undefined, 'b')).toBe('a\n\nb');
  expect(variableHint({ operator: '/', explode: true, prefix: 0 })).toBe(
    'a part of the path, a list is expanded one by one',
  );
  expect(variableHint({ operator: '', explode: false, prefix: 3 })).toBe('the first 3 characters count');
  expect(variableHint({ operator: '', explode: false, prefix: 0 })).toBe('');
});
