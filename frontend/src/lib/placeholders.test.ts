import { expect, it } from 'vitest';
import { maskedPieces, placeholdersIn } from './placeholders';

it.each<[string, string[]]>([
  ['', []],
  ['plain', ['plain']],
  ['Bearer ‹token #3f2a›', ['Bearer ', '[‹token #3f2a›]']],
  ['a=‹x #1›; b=‹y #2›!', ['a=', '[‹x #1›]', '; b=', '[‹y #2›]', '!']],
  ['‹guillemets› are French', ['‹guillemets› are French']],
  ['‹open #12', ['‹open #12']],
])('%j', (text, want) => {
  const got = maskedPieces(text);
  expect(got.map((p) => (p.placeholder ? `[${p.text}]` : p.text))).toEqual(want);
  expect(got.map((p) => p.text).join('')).toBe(text);
});

it('lists each placeholder once', () => {
  expect(placeholdersIn('‹a #1› ‹b #2› ‹a #1›')).toEqual(['‹a #1›', '‹b #2›']);
});
