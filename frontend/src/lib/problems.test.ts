import { expect, test } from 'vitest';
import { byField } from './problems';

test.each([
  [{ path: '', message: '"a/b" is missing', keyword: 'required' }, '/a~1b'],
  [{ path: '/x', message: '"q\\"" is not allowed here', keyword: 'additionalProperties' }, '/x/q"'],
  [{ path: '/x', message: 'something is missing', keyword: 'required' }, '/x'],
  [{ path: '/x/0', message: 'must be a string', keyword: 'type' }, '/x/0'],
  [{ path: 'odd', message: 'm', keyword: 'type' }, ''],
])('%j belongs to %s', (problem, want) => {
  expect([...byField([problem]).keys()]).toEqual([want]);
});
