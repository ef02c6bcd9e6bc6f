import { expect, it } from 'vitest';
import { faultAsText, faultHeadline, indentJson } from './faultText';

it.each([
  ['connect', 'Could not connect'],
  ['odd', 'odd'],
  ['', 'Failed'],
])('headline of %j', (kind, want) => {
  expect(faultHeadline(kind)).toBe(want);
});

it('writes an error as text, leaving out what is not there', () => {
  const error = {
    server: 'everything',
    kind: 'http',
    step: 'initialize',
    message: 'HTTP status 500',
    hint: 'Look at the log.',
    detail: 'oops',
    status: 500,
    headers: [{ name: 'Date', value: 'now' }],
    rpcCode: 0,
    rpc: '',
    fingerprint: '',
  };
  expect(faultAsText(error)).toBe(
    'No MCP answer: everything\nStep: initialize\nHTTP status 500\nHint: Look at the log.\n\n500 Internal Server Error\nDate: now\n\noops',
  );
  expect(faultAsText({ ...error, status: 0, hint: '', detail: '', step: '', server: '' })).toBe(
    'No MCP answer\nHTTP status 500',
  );
});

it.each([
  [
    '{"code":-32602,"data":{"big":9007199254740993}}',
    '{\n  "code": -32602,\n  "data": {\n    "big": 9007199254740993\n  }\n}',
  ],
  ['{}', '{}'],
  ['[1,[],"a,{b"]', '[\n  1,\n  [],\n  "a,{b"\n]'],
  ['"a\\"b"', '"a\\"b"'],
  ['not json', 'not json'],
])('indents %s', (text, want) => {
  expect(indentJson(text)).toBe(want);
});
