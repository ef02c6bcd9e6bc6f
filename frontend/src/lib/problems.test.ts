import { expect, test } from 'vitest';
import { byField, hasBelow } from './problems';

test.each([
  [{ path: '', message: '"a/b" is missing', keyword: 'required' }, '/a~1b'],
  [{ path: '/x', message: '"q\\"" is not allowed here', keyword: 'additionalProperties' }, '/x/q"'],
  [{ path: '/x', message: 'something is missing', keyword: 'required' }, '/x'],
  [{ path: '/x/0', message: 'must be a string', keyword: 'type' }, '/x/0'],
  [{ path: 'odd', message: 'm', keyword: 'type' }, ''],
])('%j belongs to %s', (problem, want) => {
  expect([...byField([problem]).keys()]).toEqual([want]);
});

test('hasBelow', () => {
  const map = byField([{ path: '/a/b', message: 'm', keyword: 'type' }]);
  expect([hasBelow(map, '/a'), hasBelow(map, '/a/b'), hasBelow(map, '/a/bc'), hasBelow(map, '')]).toEqual([true, true, false, true]);
});
