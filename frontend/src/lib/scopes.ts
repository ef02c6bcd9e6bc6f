/** Scopes as OAuth writes them: names divided by blanks (RFC 6749 section 3.3). */

export function scopeList(text: string): string[] {
  return [...new Set(text.split(/\s+/).filter((scope) => scope !== ''))];
}

/** Takes a scope in, or out where it is there. */
export function toggleScope(text: string, scope: string): string {
  const list = scopeList(text);
  return (list.includes(scope) ? list.filter((s) => s !== scope) : [...list, scope]).join(' ');
}
