import { expect, it } from 'vitest';
import { maskedPieces, placeholdersIn } from './placeholders';

it.each<[string, string[]]>([
  ['', []],
  ['plain', ['plain']],
  ['Bearer ‹token #3f2a›', ['Bearer ', '[‹token #3f2a›]']],
  ['a=‹x #1a2b›; b=‹y #00ff12›!', ['a=', '[‹x #1a2b›]', '; b=', '[‹y #00ff12›]', '!']],
  ['‹guillemets› are French', ['‹guillemets› are French']],
  ['‹open #1234', ['‹open #1234']],
])('%j', (text, want) => {
  const got = maskedPieces(text);
  expect(got.map((p) => (p.placeholder ? `[${p.text}]` : p.text))).toEqual(want);
  expect(got.map((p) => p.text).join('')).toBe(text);
});

it('lists each placeholder once', () => {
  expect(placeholdersIn('‹a #1111› ‹b #2222› ‹a #1111›')).toEqual(['‹a #1111›', '‹b #2222›']);
});
