import { describe, expect, it } from 'vitest';
import {
  draftOf,
  draftProblems,
  draftText,
  namedSecrets,
  newServer,
  pastedArgs,
  pastedValues,
  secretsOf,
  serverOf,
  urlProblem,
  valueDraft,
  type Editable,
  type ServerDraft,
} from './serverForm';

const full: Editable = {
  id: 'a1',
  name: 'files',
  color: 'teal',
  group: 'Work',
  transport: 'stdio',
  command: 'npx',
  args: ['-y', 'server', ''],
  env: [
    { name: 'LEVEL', value: 'debug' },
    { name: 'TOKEN', secret: true },
  ],
  cwd: '/tmp',
  loginShellPath: false,
  url: 'https://kept.example',
  headers: [{ name: 'X-A', value: 'b' }],
  trust: ['9f86d081'],
  watch: 'dist/server.js',
  era: { mode: 'legacy', version: '2025-06-18' },
  timeouts: { connect: 5000, request: 100 },
};

const draft = (over: Partial<ServerDraft>): ServerDraft => ({
  ...draftOf({ ...newServer, name: 'n', command: 'c' }),
  ...over,
});

describe('a draft', () => {
  it('gives back what it was made of', () => {
    expect(serverOf(draftOf(full), full)).toEqual(full);
    expect(serverOf(draftOf(newServer), newServer)).toEqual(newServer);
  });

  it('keeps the sample it stands for', () => {
    const sample = { ...newServer, sample: 'open' };
    expect(serverOf(draftOf(sample), sample).sample).toBe('open');
  });

  it('has the same text until something is changed', () => {
    const a = draftOf(full);
    expect(draftText(draftOf(full))).toBe(draftText(a));
    a.args[0] = '--yes';
    expect(draftText(draftOf(full))).not.toBe(draftText(a));
  });

  it('never puts the value of a secret into the profile', () => {
    const d = draft({ env: [{ ...valueDraft({ name: 'TOKEN', secret: true }), value: 'hunter2' }] });
    expect(JSON.stringify(serverOf(d, newServer))).not.toContain('hunter2');
    expect(secretsOf(d)).toEqual([{ name: 'env:TOKEN', value: 'hunter2', clear: false }]);
  });

  it('tells the keychain what to forget, and nothing of what stays', () => {
    const kept = valueDraft({ name: 'KEEP', secret: true });
    const gone = { ...valueDraft({ name: 'Authorization', secret: true }), clear: true };
    expect(secretsOf(draft({ env: [kept], headers: [gone] }))).toEqual([
      { name: 'header:Authorization', value: '', clear: true },
    ]);
  });
});

it('finds the secrets that the command names, and tells their new values', () => {
  const d = draft({ args: ['--token=${secret:a}', '${secret:b}${secret:a}'], named: { a: 'x', gone: 'y' } });
  expect(namedSecrets(d)).toEqual(['a', 'b']);
  expect(secretsOf(d)).toEqual([{ name: 'secret:a', value: 'x', clear: false }]);
});

describe('draftProblems', () => {
  it.each<[string, Partial<ServerDraft>, string[]]>([
    ['a whole one', {}, []],
    ['no name', { name: ' ' }, ['name']],
    ['no command', { command: '' }, ['command']],
    ['no URL', { transport: 'http' }, ['url']],
    ['another scheme', { transport: 'sse', url: 'ftp://x' }, ['url']],
    ['a value without a name', { env: [{ ...valueDraft(), value: 'x' }] }, ['env.0']],
    ['a name twice', { env: [valueDraft({ name: 'A' }), valueDraft({ name: 'A' })] }, ['env.1']],
    ['a name with =', { env: [valueDraft({ name: 'A=B' })] }, ['env.0']],
    ['an odd header', { transport: 'http', url: 'http://x', headers: [valueDraft({ name: 'a b' })] }, ['headers.0']],
    [
      'the same header twice',
      { transport: 'http', url: 'http://x', headers: [valueDraft({ name: 'A' }), valueDraft({ name: 'a' })] },
      [],
    ],
    ['timeouts', { connect: '10', probe: '-1 s', request: '0' }, ['connect', 'probe']],
  ])('of %s', (_, over, fields) => {
    expect(Object.keys(draftProblems(draft(over), false))).toEqual(fields);
  });

  it('asks no command of a sample', () => {
    expect(draftProblems(draft({ command: '' }), true)).toEqual({});
  });
});

it.each([
  ['https://example.com/mcp', ''],
  ['http://127.0.0.1:${PORT}/mcp', 'Not a URL.'],
  ['https://${env:HOST}/mcp', ''],
  ['https://', 'Not a URL.'],
  ['example.com', 'It begins with http:// or https://.'],
])('urlProblem of %s', (url, problem) => {
  expect(urlProblem(url)).toBe(problem);
});

it('takes pasted lines apart', () => {
  expect(pastedArgs('-y\r\n  server \n\n')).toEqual(['-y', 'server']);
  expect(pastedValues('# comment\nexport A=1\nB="two words"\nC: x')).toEqual([
    { name: 'A', value: '1' },
    { name: 'B', value: 'two words' },
    { name: 'C', value: 'x' },
  ]);
  expect(pastedValues('just a value')).toBeUndefined();
  expect(pastedValues('')).toBeUndefined();
});
