/** Words for rows and headers of what a server offers. */

/** A media type in the few characters a list has for it. */
export function shortType(mime: string): string {
  const bare = (mime.split(';')[0] ?? '').trim().toLowerCase();
  if (/profile=mcp-app/.test(mime)) return 'app';
  const sub = bare.split('/')[1] ?? bare;
  return sub
    .replace(/^x-/, '')
    .replace(/^vnd\./, '')
    .replace('octet-stream', 'binary')
    .replace('svg+xml', 'svg');
}

/** What there is to know of a row, for its tooltip. */
export function aboutOf(...parts: readonly (string | undefined)[]): string {
  return parts.filter((part) => part !== undefined && part !== '').join('\n\n');
}

/** What the operator of a variable's expression does with it (RFC 6570, section 3.2). */
export function variableHint(variable: { operator: string; explode: boolean; prefix: number }): string {
  const words: Readonly<Record<string, string>> = {
    '+': 'kept as typed, reserved characters too',
    '#': 'a fragment',
    '.': 'after a dot',
    '/': 'a part of the path',
    ';': 'a path parameter',
    '?': 'in the query',
    '&': 'in the query',
  };
  return [
    words[variable.operator] ?? '',
    variable.explode ? 'a list is expanded one by one' : '',
    variable.prefix > 0 ? `the first ${String(variable.prefix)} characters count` : '',
  ]
    .filter((t) => t !== '')
    .join(', ');
}
