/** What a header field is for, in one line, and where that is defined. */
export interface HeaderDoc {
  text: string;
  source: string;
}

const doc = (text: string, source: string): HeaderDoc => ({ text, source });

const mcp = 'MCP, Streamable HTTP transport';
const cors = 'Fetch standard, CORS';
const rateLimits = 'de facto; see draft-ietf-httpapi-ratelimit-headers';
const forwarding = 'de facto; standard form: RFC 7239';
const standardHeaders = 'MCP 2026-07-28, Streamable HTTP: standard headers';

const docs = new Map<string, HeaderDoc>([
  [
    'accept',
    doc(
      'Media types the client can take. MCP clients send application/json and text/event-stream on every POST.',
      'RFC 9110 §12.5.1; MCP transports',
    ),
  ],
  ['accept-encoding', doc('Content codings (gzip, br…) the client can undo.', 'RFC 9110 §12.5.3')],
  ['accept-language', doc('Natural languages the client prefers.', 'RFC 9110 §12.5.4')],
  ['accept-ranges', doc('Whether the server answers range requests for this resource.', 'RFC 9110 §14.3')],
  [
    'access-control-allow-credentials',
    doc('Whether a web page may read the answer to a request with credentials.', cors),
  ],
  [
    'access-control-allow-headers',
    doc('Request headers a web page of another origin may send. A desktop client does not need it.', cors),
  ],
  ['access-control-allow-methods', doc('Methods a web page of another origin may use.', cors)],
  [
    'access-control-allow-origin',
    doc('Which web pages may read this answer. A desktop client does not need it.', cors),
  ],
  [
    'access-control-expose-headers',
    doc('Response headers a web page may read; browser clients need WWW-Authenticate and Mcp-Session-Id here.', cors),
  ],
  ['access-control-max-age', doc('How long a browser may keep the answer to a CORS preflight.', cors)],
  ['age', doc('Seconds the answer has been in a cache.', 'RFC 9111 §5.1')],
  ['allow', doc('Methods the resource supports; must come with a 405.', 'RFC 9110 §10.2.1')],
  ['alt-svc', doc('Another address or protocol (such as HTTP/3) that serves the same origin.', 'RFC 7838 §3')],
  [
    'authorization',
    doc(
      'The client’s credentials. Shown masked; the token never leaves the keychain and memory.',
      'RFC 9110 §11.6.2; RFC 6750 §2.1',
    ),
  ],
  ['baggage', doc('Properties that travel with a distributed trace.', 'W3C Baggage')],
  [
    'cache-control',
    doc(
      'How caches may store the answer. Event streams and tokens should carry no-store or no-cache.',
      'RFC 9111 §5.2',
    ),
  ],
  [
    'connection',
    doc('Options of this hop only; close ends the connection after the answer. Not used in HTTP/2.', 'RFC 9110 §7.6.1'),
  ],
  ['content-disposition', doc('Whether the content is to be shown or saved, and under which name.', 'RFC 6266')],
  ['content-encoding', doc('The coding the body was compressed with on the wire.', 'RFC 9110 §8.4')],
  ['content-language', doc('The natural language of the content.', 'RFC 9110 §8.5')],
  ['content-length', doc('Length of the body in bytes, as sent on the wire.', 'RFC 9110 §8.6')],
  [
    'content-security-policy',
    doc('What a browser may load for this page; without effect on an API answer.', 'W3C CSP 3'),
  ],
  [
    'content-type',
    doc(
      'Media type of the body. An MCP server answers a request with application/json or text/event-stream.',
      'RFC 9110 §8.3; MCP transports',
    ),
  ],
  ['cookie', doc('Cookies sent back to the server. Shown masked.', 'RFC 6265 §4.2')],
  ['cross-origin-resource-policy', doc('Which origins may embed the resource in a page.', 'Fetch standard')],
  [
    'date',
    doc(
      'When the server made the answer; compare it with the local clock when tokens expire too early.',
      'RFC 9110 §6.6.1',
    ),
  ],
  ['dpop', doc('Proof that the client holds the key its token is bound to.', 'RFC 9449 §4')],
  ['dpop-nonce', doc('A nonce the next DPoP proof must contain.', 'RFC 9449 §8')],
  ['etag', doc('Version of the representation, for conditional requests.', 'RFC 9110 §8.8.3')],
  ['expect', doc('100-continue: the client waits for a go-ahead before it sends the body.', 'RFC 9110 §10.1.1')],
  ['expires', doc('When a stored answer becomes stale.', 'RFC 9111 §5.3')],
  ['forwarded', doc('What proxies on the way replaced: client address, host, scheme.', 'RFC 7239')],
  ['host', doc('Host and port the request is for. Servers check it against DNS rebinding.', 'RFC 9110 §7.2')],
  ['if-modified-since', doc('Answer only if the resource changed after this time.', 'RFC 9110 §13.1.3')],
  ['if-none-match', doc('Answer only if the version differs from these.', 'RFC 9110 §13.1.2')],
  ['keep-alive', doc('How long and for how many requests the connection stays open.', 'RFC 2068 §19.7.1')],
  [
    'last-event-id',
    doc(
      'Id of the last event received: asks the server to resume the stream behind it.',
      'HTML standard, Server-sent events; MCP transports, Resumability',
    ),
  ],
  ['last-modified', doc('When the resource last changed, as far as the server knows.', 'RFC 9110 §8.8.2')],
  ['link', doc('Links to related resources.', 'RFC 8288')],
  ['location', doc('Where to go instead (3xx), or what was created (201).', 'RFC 9110 §10.2.2')],
  [
    'mcp-method',
    doc(
      'The JSON-RPC method of the body, so that proxies can route without reading it. Must equal the body’s.',
      standardHeaders,
    ),
  ],
  [
    'mcp-name',
    doc(
      'The tool or prompt name, resource URI or task id of the body. Must equal the body’s; =?base64?…?= when it is not plain ASCII.',
      standardHeaders,
    ),
  ],
  [
    'mcp-protocol-version',
    doc(
      'The protocol version of this request. Legacy: sent after initialize; 2026-07-28: on every request, equal to _meta.',
      `${mcp}, Protocol version header`,
    ),
  ],
  [
    'mcp-session-id',
    doc(
      'The session the server gave out with the answer to initialize; the client repeats it. Gone in 2026-07-28.',
      `${mcp}, Session management`,
    ),
  ],
  ['nel', doc('Asks browsers to report network errors.', 'W3C Network Error Logging')],
  [
    'origin',
    doc(
      'The origin of the web page that sends the request. Servers must check it against DNS rebinding.',
      'RFC 6454 §7; MCP transports, Security',
    ),
  ],
  ['permissions-policy', doc('Browser features a page may use.', 'W3C Permissions Policy')],
  ['pragma', doc('Old form of Cache-Control: no-cache.', 'RFC 9111 §5.4')],
  ['proxy-authenticate', doc('The challenge of a proxy on the way, not of the server (407).', 'RFC 9110 §11.7.1')],
  ['proxy-authorization', doc('Credentials for a proxy on the way. Shown masked.', 'RFC 9110 §11.7.2')],
  ['range', doc('The part of the resource that is asked for.', 'RFC 9110 §14.2')],
  ['referer', doc('The page the request came from.', 'RFC 9110 §10.1.3')],
  ['referrer-policy', doc('How much of its address a page tells others.', 'W3C Referrer Policy')],
  ['retry-after', doc('Seconds, or a date, to wait before trying again (429, 503).', 'RFC 9110 §10.2.3')],
  ['server', doc('Software that answered; often a proxy in front of the MCP server.', 'RFC 9110 §10.2.4')],
  ['server-timing', doc('How the server spent the time, in milliseconds.', 'W3C Server Timing')],
  ['set-cookie', doc('A cookie for the client to keep. Shown masked.', 'RFC 6265 §4.1')],
  ['strict-transport-security', doc('Use https only, from now on.', 'RFC 6797')],
  ['te', doc('Transfer codings the client takes; trailers: it reads trailer fields.', 'RFC 9110 §10.1.4')],
  ['traceparent', doc('Trace and span id of the request in a distributed trace.', 'W3C Trace Context §3.2')],
  ['tracestate', doc('Vendor data of a distributed trace.', 'W3C Trace Context §3.3')],
  ['trailer', doc('Names of the fields that follow the body.', 'RFC 9110 §6.6.2')],
  ['transfer-encoding', doc('chunked: the body comes in pieces, its length not known beforehand.', 'RFC 9112 §6.1')],
  ['upgrade', doc('Another protocol the sender would like to speak on this connection.', 'RFC 9110 §7.8')],
  ['user-agent', doc('Name and version of the client.', 'RFC 9110 §10.1.5')],
  ['vary', doc('Request headers the answer depends on; caches must compare them.', 'RFC 9110 §12.5.5')],
  ['via', doc('Proxies and gateways the message passed.', 'RFC 9110 §7.6.3')],
  [
    'www-authenticate',
    doc(
      'How the client can get in: schemes with their parameters. resource_metadata leads to the authorization server.',
      'RFC 9110 §11.6.1; RFC 9728 §5.1',
    ),
  ],
  ['x-accel-buffering', doc('no: nginx must not hold back the events of a stream.', 'nginx, ngx_http_proxy_module')],
  ['x-content-type-options', doc('nosniff: take Content-Type at its word.', 'Fetch standard')],
  ['x-forwarded-for', doc('Addresses the request came through, as proxies tell it.', forwarding)],
  ['x-forwarded-host', doc('Host the client asked for, as a proxy tells it.', forwarding)],
  ['x-forwarded-proto', doc('Scheme the client used, as a proxy tells it.', forwarding)],
  ['x-frame-options', doc('Whether a page may be shown in a frame.', 'RFC 7034')],
  ['x-powered-by', doc('Framework the server is written with.', 'de facto')],
  ['x-ratelimit-limit', doc('Requests allowed in the present window.', rateLimits)],
  ['x-ratelimit-remaining', doc('Requests left in the present window.', rateLimits)],
  ['x-ratelimit-reset', doc('When the window starts anew.', rateLimits)],
  ['x-request-id', doc('Id of this request in the server’s logs: quote it when you report a problem.', 'de facto')],
]);

/** The meaning of a header field, by its name in any case; undefined for one this table does not know. */
export function headerDoc(name: string): HeaderDoc | undefined {
  const key = name.toLowerCase();
  const known = docs.get(key);
  if (known) return known;
  if (key.startsWith('mcp-param-')) {
    return doc(
      `Argument “${name.slice('mcp-param-'.length)}” of the tool call, mirrored here because the schema marks it with x-mcp-header. Must equal the body’s.`,
      'MCP 2026-07-28, Streamable HTTP: custom headers',
    );
  }
  if (key.startsWith('mcp-')) return doc('Starts with Mcp-, but no MCP version up to 2026-07-28 defines it.', 'MCP');
  return undefined;
}
