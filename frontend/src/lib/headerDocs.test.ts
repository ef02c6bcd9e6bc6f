import { describe, expect, it } from 'vitest';
import { headerDoc } from './headerDocs';

describe('headerDoc', () => {
  it.each([
    ['WWW-Authenticate', /RFC 9728/],
    ['mcp-session-id', /Session management/],
    ['Mcp-Name', /2026-07-28/],
    ['Mcp-Param-City', /custom headers/],
    ['MCP-Whatever', /MCP/],
    ['Content-Type', /RFC 9110/],
  ])('%s has a source', (name, source) => {
    expect(headerDoc(name)?.source).toMatch(source);
  });

  it('names the argument a parameter header mirrors', () => {
    expect(headerDoc('Mcp-Param-City')?.text).toContain('“City”');
  });

  it('says nothing about a header it does not know', () => {
    expect(headerDoc('X-Made-Up')).toBeUndefined();
  });
});
