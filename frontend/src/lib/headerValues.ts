/** Whether a header belongs to MCP itself: shown first among equals. */
export function isMcpHeader(name: string): boolean {
  return name.toLowerCase().startsWith('mcp-');
}

const sentinel = /^=\?base64\?([A-Za-z0-9+/]*={0,2})\?=$/;

/** The text behind MCP's base64 form of a header value (`=?base64?…?=`), or undefined for a plain value. */
export function decodedHeader(value: string): string | undefined {
  const encoded = sentinel.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  try {
    const raw = Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0));
    return new TextDecoder('utf-8', { fatal: true }).decode(raw);
  } catch {
    return undefined;
  }
}
