import { describe, expect, it } from 'vitest';
import { bytesAsText, hexLine, looksBinary, textLines } from './byteLines';

const utf8 = (text: string) => new TextEncoder().encode(text);

describe('hexLine', () => {
  it('shows sixteen bytes, in two halves, and what is text in them', () => {
    expect(hexLine(utf8('0123456789abcdef\nrest'), 0)).toEqual({
      offset: '00000000',
      hex: '30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66',
      text: '0123456789abcdef',
    });
  });

  it('keeps the width of a short line', () => {
    const line = hexLine(utf8('0123456789abcdef\né'), 1);
    expect([line.offset, line.hex.length, line.hex.trimEnd(), line.text]).toEqual(['00000010', 48, '0a c3 a9', '···']);
  });
});

it('shows eight bytes a line where there is little room', () => {
  expect(hexLine(utf8('0123456789abcdef'), 1, 8)).toEqual({
    offset: '00000008',
    hex: '38 39 61 62 63 64 65 66',
    text: '89abcdef',
  });
});

describe('textLines', () => {
  it.each([
    ['', 10, ['1:']],
    ['a\nb', 10, ['1:a', '2:b']],
    ['a\r\nb\n', 10, ['1:a', '2:b', '3:']],
    ['abcdefgh\nx', 3, ['1:abc', '0:def', '0:gh', '2:x']],
  ])('%j at %d', (text, width, want) => {
    expect(textLines(text, width).map((l) => `${String(l.number)}:${l.text}`)).toEqual(want);
  });
});

describe('bytesAsText', () => {
  it('leaves out a character the range cuts in two, but not one the body cuts', () => {
    const cut = utf8('aé').subarray(0, 2);
    expect([bytesAsText(cut, false), bytesAsText(cut, true)]).toEqual(['a', 'a\ufffd']);
  });
});

describe('looksBinary', () => {
  it.each<[string, Uint8Array, boolean]>([
    ['nothing', new Uint8Array(), false],
    ['JSON', utf8('{"a": "é"}\n'), false],
    ['a NUL', utf8('a\0b'), true],
    ['a PNG', new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0xff, 0xd8]), true],
  ])('%s', (_name, bytes, want) => {
    expect(looksBinary(bytes)).toBe(want);
  });
});
