import { describe, expect, it } from 'vitest';
import { decodedHeader, isMcpHeader } from './headerValues';

it('knows MCP headers', () => {
  expect(['Mcp-Method', 'MCP-Protocol-Version', 'Accept'].map(isMcpHeader)).toEqual([true, true, false]);
});

describe('decodedHeader', () => {
  it.each<[string, string | undefined]>([
    ['=?base64?w6nDqA==?=', 'éè'],
    ['plain', undefined],
    ['=?base64?!!?=', undefined],
    ['=?base64?/w==?=', undefined],
    ['=?base64??=', ''],
  ])('%s', (value, want) => {
    expect(decodedHeader(value)).toBe(want);
  });
});
