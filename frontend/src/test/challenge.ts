import type { challenge, core } from '../backend';

/** A refusal with a Bearer challenge, changed as given. */
export function challengeOf(over: Partial<challenge.Challenge> = {}): challenge.Challenge {
  const raw = 'Bearer scope="files:read"';
  return {
    server: 'Sample',
    resource: 'http://localhost/mcp',
    status: 401,
    method: 'POST',
    url: 'http://localhost/mcp',
    where: 'the first request (initialize)',
    exchange: 12,
    raw: [raw],
    schemes: [
      {
        name: 'Bearer',
        params: [
          {
            name: 'scope',
            value: 'files:read',
            quoted: true,
            start: 7,
            meaning: 'What to ask for.',
            source: 'RFC 6750 section 3',
          },
        ],
        header: 0,
        start: 0,
        end: raw.length,
        meaning: 'An access token.',
        source: 'RFC 6750',
      },
    ],
    headers: [
      { name: 'Www-Authenticate', value: raw },
      { name: 'Date', value: 'now' },
    ],
    body: '<b>no</b>',
    bodyCut: false,
    contentType: 'text/html',
    resourceMetadata: '',
    resourceMetadataOther: false,
    scopes: ['files:read'],
    error: '',
    errorDescription: '',
    findings: [],
    next: 'Sign in.',
    ...over,
  };
}

/** An error, changed as given. */
export function faultOf(over: Partial<core.Error> = {}): core.Error {
  return {
    server: 'Sample',
    kind: 'closed',
    step: 'initialize',
    message: 'The server ended with exit code 1.',
    hint: 'Look at its last lines.',
    detail: 'Error: no such module',
    status: 0,
    headers: [],
    rpcCode: 0,
    rpc: '',
    entries: [4, 5],
    fingerprint: '',
    ...over,
  };
}
