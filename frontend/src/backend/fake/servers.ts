import type { challenge, core, profile } from '../../../wailsjs/go/models';
import { AppError } from '../error';

/** The saved servers of the twin: every transport and every state. */
export function fakeProfiles(): profile.Profile[] {
  const base = { era: {}, timeouts: {} };
  return [
    { ...base, id: 'open', name: 'Sample server', transport: 'stdio', sample: 'open', color: 'teal' },
    {
      ...base,
      id: 'protected',
      name: 'Protected sample',
      transport: 'http',
      sample: 'protected',
      color: 'orange',
      url: 'http://127.0.0.1:8931/mcp',
    },
    {
      ...base,
      id: 'files',
      name: 'filesystem',
      group: 'Work',
      transport: 'stdio',
      command: 'npx',
      args: ['-y', '@modelcontextprotocol/server-filesystem', '/home/me/projects', '--token', '${secret:token}'],
      env: [
        { name: 'LOG_LEVEL', value: 'debug' },
        { name: 'API_TOKEN', secret: true },
      ],
      loginShellPath: true,
    },
    {
      ...base,
      id: 'search',
      name: 'internal search, staging cluster eu-central-1',
      group: 'Work',
      color: 'purple',
      transport: 'http',
      url: 'https://search.staging.example.com/mcp',
      headers: [
        { name: 'Authorization', secret: true },
        { name: 'X-Team', value: 'search' },
      ],
      era: { mode: 'legacy', version: '2025-06-18' },
      timeouts: { connect: 10_000 },
    },
    {
      ...base,
      id: 'legacy',
      name: 'old weather',
      group: 'Work',
      transport: 'sse',
      url: 'https://weather.example.org/sse',
    },
    {
      ...base,
      id: 'broken',
      name: 'my server',
      group: 'Drafts',
      color: 'red',
      transport: 'stdio',
      command: 'uvx',
      args: ['my-mcp-server', '--stdio'],
    },
    { ...base, id: 'slow', name: 'slow start', group: 'Drafts', transport: 'http', url: 'http://10.1.2.3:8080/mcp' },
  ];
}

export function fakeError(over: Partial<core.Error> & { message: string }): core.Error {
  return new AppError(over).fault;
}

/** A certificate of a server's own, which the user may accept. */
export function fakeCertificate(): core.Error {
  return fakeError({
    server: 'old weather',
    kind: 'connect',
    step: 'tls',
    message: 'the certificate of weather.example.org is signed by nobody this computer trusts',
    hint: 'If this is your own server, compare the fingerprint with the one of its certificate.',
    detail: 'x509: certificate signed by unknown authority',
    entries: [1],
    fingerprint: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  });
}

export function fakeChallenge(): challenge.Challenge {
  const raw =
    'Bearer realm="sample", error="invalid_token", error_description="No token was sent", scope="tools:read tools:call", resource_metadata="http://127.0.0.1:8931/.well-known/oauth-protected-resource/mcp"';
  const at = (name: string): number => raw.indexOf(`${name}=`);
  const param = (name: string, value: string, meaning: string, source: string): challenge.Param => ({
    name,
    value,
    quoted: true,
    start: at(name),
    meaning,
    source,
  });
  return {
    server: 'Protected sample',
    resource: 'http://127.0.0.1:8931/mcp',
    status: 401,
    method: 'POST',
    url: 'http://127.0.0.1:8931/mcp',
    where: 'the first request (initialize)',
    exchange: 2,
    raw: [raw],
    schemes: [
      {
        name: 'Bearer',
        header: 0,
        start: 0,
        end: raw.length,
        meaning: 'An OAuth 2.0 access token is wanted in the Authorization header.',
        source: 'RFC 6750 section 3',
        params: [
          param('realm', 'sample', 'The protection space the credentials are for.', 'RFC 9110 section 11.5'),
          param(
            'error',
            'invalid_token',
            'The token is expired, revoked, malformed or missing.',
            'RFC 6750 section 3.1',
          ),
          param(
            'error_description',
            'No token was sent',
            'Why, in the server’s words. For developers, not for users.',
            'RFC 6750 section 3',
          ),
          param('scope', 'tools:read tools:call', 'The scopes that are needed.', 'RFC 6750 section 3'),
          param(
            'resource_metadata',
            'http://127.0.0.1:8931/.well-known/oauth-protected-resource/mcp',
            'Where the protected resource metadata is, which names the authorization server.',
            'RFC 9728 section 5.1',
          ),
        ],
      },
    ],
    headers: [
      { name: 'Content-Type', value: 'application/json' },
      { name: 'Date', value: 'Tue, 10 Nov 2026 09:12:44 GMT' },
      { name: 'Www-Authenticate', value: raw },
      { name: 'Content-Length', value: '77' },
    ],
    body: '{"error":"invalid_token","error_description":"No token was sent"}',
    bodyCut: false,
    contentType: 'application/json',
    resourceMetadata: 'http://127.0.0.1:8931/.well-known/oauth-protected-resource/mcp',
    resourceMetadataOther: false,
    scopes: ['tools:read', 'tools:call'],
    error: 'invalid_token',
    errorDescription: 'No token was sent',
    findings: [
      {
        severity: 'warning',
        text: 'error="invalid_token" came although the request held no token.',
        source: 'RFC 6750 section 3.1',
        fix: 'Leave error out when the request has no credentials.',
      },
    ],
    next: 'Sign in at the authorization server that the metadata names, or set an Authorization header.',
  };
}

export const capabilities = {
  logging: {},
  completions: {},
  tools: { listChanged: true },
  resources: { subscribe: true, listChanged: true },
  prompts: {},
};

/** The steps of a connect over stdio, with what comes of them. */
export const stdioSteps: readonly [name: string, text: string, ms: number][] = [
  ['look up the program', '/usr/local/bin/npx, in the login shell’s PATH', 48],
  ['start process', 'pid 48213', 12],
  ['probe server/discover', 'answered with -32601: a legacy server', 210],
  ['initialize', '2025-11-25, as asked', 36],
];
export const httpSteps: readonly [name: string, text: string, ms: number][] = [
  ['probe server/discover', 'HTTP 400: a legacy server', 38],
  ['initialize', '2025-06-18, asked for 2025-11-25', 41],
];
