import { describe, expect, it } from 'vitest';
import { challengeAsText, missingHeaderRule, rawPieces, statusLine, type RawScheme } from './challengeText';

const scheme = (over: Partial<RawScheme>): RawScheme => ({
  name: 'Bearer',
  params: [],
  header: 0,
  start: 0,
  end: 0,
  ...over,
});
const shown = (raw: string, schemes: RawScheme[], header = 0) =>
  rawPieces(raw, header, schemes).map((p) => [p.text, p.kind, p.key, ...(p.stopped ? [p.stopped] : [])]);

describe('rawPieces', () => {
  it('cuts schemes and parameters apart', () => {
    const raw = 'Bearer realm="a", scope="x y", Basic realm=b';
    const schemes = [
      scheme({
        end: 29,
        params: [
          { name: 'realm', start: 7 },
          { name: 'scope', start: 18 },
        ],
      }),
      scheme({ name: 'Basic', start: 31, end: 44, params: [{ name: 'realm', start: 37 }] }),
    ];
    expect(shown(raw, schemes)).toEqual([
      ['Bearer', 'scheme', '0'],
      [' ', 'plain', '0'],
      ['realm="a"', 'param', '0.0'],
      [', ', 'plain', ''],
      ['scope="x y"', 'param', '0.1'],
      [', ', 'plain', ''],
      ['Basic', 'scheme', '1'],
      [' ', 'plain', '1'],
      ['realm=b', 'param', '1.0'],
    ]);
  });

  it('marks token68', () => {
    expect(shown('Negotiate YII=', [scheme({ name: 'Negotiate', token68: 'YII=', end: 14 })])).toEqual([
      ['Negotiate', 'scheme', '0'],
      [' ', 'plain', ''],
      ['YII=', 'token68', '0'],
    ]);
  });

  it('marks where reading stopped', () => {
    const problem = { offset: 17, message: 'expected "="' };
    const got = shown('Bearer realm="a" oops!', [scheme({ end: 17, params: [{ name: 'realm', start: 7 }], problem })]);
    expect(got).toEqual([
      ['Bearer', 'scheme', '0'],
      [' ', 'plain', '0'],
      ['realm="a"', 'param', '0.0'],
      [' ', 'plain', ''],
      ['oops!', 'unread', '0', 'expected "="'],
    ]);
  });

  it('marks an end that came too early', () => {
    const got = shown('Bearer realm=', [scheme({ end: 13, problem: { offset: 13, message: 'expected a value' } })]);
    expect(got.at(-1)).toEqual(['', 'unread', '0', 'expected a value']);
  });

  it('counts bytes, not characters', () => {
    const raw = 'Bearer realm="é", scope=x';
    const schemes = [
      scheme({
        end: 26,
        params: [
          { name: 'realm', start: 7 },
          { name: 'scope', start: 19 },
        ],
      }),
    ];
    expect(shown(raw, schemes).map(([text]) => text)).toEqual(['Bearer', ' ', 'realm="é"', ', ', 'scope=x']);
  });

  it('shows a header no scheme was found in, and leaves out other headers’ schemes', () => {
    expect(shown('???', [scheme({ header: 1, end: 6 })])).toEqual([['???', 'plain', '']]);
  });

  it.each(['Bearer', '', ' ,, ', 'Bearer a="b', 'x'.repeat(300)])('loses nothing of %j', (raw) => {
    const wild = [scheme({ end: 999, params: [{ name: 'a', start: 7 }] }), scheme({ start: 3, end: 1 })];
    expect(
      rawPieces(raw, 0, wild)
        .map((p) => p.text)
        .join(''),
    ).toBe(raw);
  });
});

it.each([
  [401, '401 Unauthorized'],
  [403, '403 Forbidden'],
  [299, '299'],
])('names status %d', (status, want) => {
  expect(statusLine(status)).toBe(want);
});

it('quotes the rule for each status', () => {
  expect([missingHeaderRule(401).source, missingHeaderRule(403).source]).toEqual([
    'RFC 9110 §15.5.2',
    'RFC 9110 §15.5.4, RFC 6750 §3.1',
  ]);
});

it('writes a refusal as text', () => {
  const got = challengeAsText({
    status: 401,
    server: 'Sample',
    where: 'the first request',
    method: 'POST',
    url: 'http://localhost/mcp',
    raw: ['Bearer'],
    headers: [
      { name: 'Www-Authenticate', value: 'Bearer' },
      { name: 'Date', value: 'now' },
    ],
    findings: [{ severity: 'warning', text: 'No resource_metadata.', source: 'RFC 9728', fix: 'Add it.' }],
    body: 'no',
    bodyCut: true,
    next: 'Sign in.',
  });
  expect(got).toBe(
    [
      '401 Unauthorized from Sample',
      'Refused: the first request',
      'POST http://localhost/mcp',
      '',
      'WWW-Authenticate: Bearer',
      'Date: now',
      '',
      'no',
      '(cut)',
      '',
      'warning: No resource_metadata. (RFC 9728) Fix: Add it.',
      '',
      'Next: Sign in.',
    ].join('\n'),
  );
});
