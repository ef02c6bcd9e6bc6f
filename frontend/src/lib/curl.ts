/** What is needed to repeat an exchange with curl. */
export interface CurlRequest {
  method: string;
  url: string;
  requestHeaders: readonly { name: string; value: string }[];
}

/** Headers curl writes by itself, and does so right. */
const own = new Set(['host', 'content-length', 'connection', 'accept-encoding', 'transfer-encoding']);

/** The exchange's request as a curl command line for a POSIX shell. */
export function curlCommand(request: CurlRequest, body: string): string {
  const parts = [`curl -i -X ${quoted(request.method)} ${quoted(request.url)}`];
  for (const h of request.requestHeaders) {
    if (own.has(h.name.toLowerCase())) continue;
    // curl leaves a header without a value out unless it ends in a semicolon.
    parts.push(`-H ${quoted(h.value === '' ? `${h.name};` : `${h.name}: ${h.value}`)}`);
  }
  // Unlike --data-binary, --data-raw does not take a leading @ for a file name.
  if (body) parts.push(`--data-raw ${quoted(body)}`);
  return parts.join(' \\\n  ');
}

/** A word for a POSIX shell. */
function quoted(word: string): string {
  if (/^[A-Za-z0-9_./:=+-]+$/.test(word)) return word;
  return `'${word.replaceAll("'", `'\\''`)}'`;
}
