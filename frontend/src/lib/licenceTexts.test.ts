import { expect, test } from 'vitest';
import { licenceTexts } from './licenceTexts';

const line = '='.repeat(80);

test('takes the texts apart by what they are of', () => {
  const all = `${line}\na 1.0\nb 2.0\n${line}\n\nMIT\n\n====\nmore\n\n${line}\nc v3\n${line}\n\nBSD\n\n`;
  expect(licenceTexts(all)).toEqual([
    { of: ['a 1.0', 'b 2.0'], text: 'MIT\n\n====\nmore' },
    { of: ['c v3'], text: 'BSD' },
  ]);
  expect(licenceTexts('')).toEqual([]);
});
