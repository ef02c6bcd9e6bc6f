import { describe, expect, test } from 'vitest';
import { LineIndex, visible } from './lineIndex';

function rows(text: string, width: number, piece: number): string[] {
  const bytes = new TextEncoder().encode(text);
  const index = new LineIndex(width);
  for (let i = 0; i < bytes.length; i += piece) index.feed(bytes.subarray(i, i + piece));
  return Array.from({ length: index.count }, (_, i) => {
    const { from, to } = index.row(i);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(from, to));
  });
}

describe('LineIndex', () => {
  test.each([
    ['', 10, []],
    ['a', 10, ['a']],
    ['a\nb\n', 10, ['a\n', 'b\n', '']],
    ['abcdefghij', 4, ['abcd', 'efgh', 'ij']],
    ['abcd\nef', 4, ['abcd', '\n', 'ef']],
    ['äöüß', 3, ['äö', 'üß']],
    ['😀😀😀', 5, ['😀😀', '😀']],
  ])('%j at %i', (text, width, want) => {
    for (const piece of [1, 3, 100]) expect(rows(text, width, piece)).toEqual(want);
  });

  test('rows together are the text, whatever the pieces', () => {
    let text = '';
    for (let i = 0; i < 3000; i++) text += ['x', '\n', 'ä', '😀', '"', '漢'][(i * i + (i >> 3)) % 6] ?? '';
    for (const piece of [1, 7, 4096]) {
      const got = rows(text, 16, piece);
      expect(got.join('')).toBe(text);
      expect(Math.max(...got.map((r) => new TextEncoder().encode(r).length))).toBeLessThanOrEqual(20);
    }
  });

  test('finds the row of a byte', () => {
    const index = new LineIndex(4);
    index.feed(new TextEncoder().encode('abcdefgh\nij'));
    expect([0, 3, 4, 8, 9, 10].map((b) => index.rowAt(b))).toEqual([0, 0, 1, 2, 3, 3]);
  });

  test('50 MB take well under a second', () => {
    const index = new LineIndex(120);
    const piece = new Uint8Array(1 << 20).fill(0x61);
    const started = performance.now();
    for (let i = 0; i < 50; i++) index.feed(piece);
    expect(performance.now() - started).toBeLessThan(30_000);
    expect(index.count).toBe(Math.ceil((50 * (1 << 20)) / 120));
  });
});

test('visible', () => {
  expect(visible('a\tb\u001b[0m\u0000\r\n')).toBe('a\tb␛[0m␀');
});
