import { expect, it } from 'vitest';
import { checkSummary, worstFirst } from './checks';
import { identityName } from './identity';
import { scopeList, toggleScope } from './scopes';
import { whyNoSignIn } from './wayIn';

const identity = { id: 'i', name: '', client: 'c', issuer: 'https://as.example.com/x', grant: '', kind: 'dynamic' };

it.each([
  [{ name: 'Work' }, 'Work'],
  [{ claims: { payload: '{"name":"Ada","sub":"42"}' } }, 'Ada'],
  [{ claims: { payload: '{"sub":"42","email":""}' } }, '42'],
  [{ claims: { payload: '{"name":{"a":1}}' } }, 'Token of as.example.com'],
  [{ claims: { payload: 'no JSON' } }, 'Token of as.example.com'],
])('an identity %o is called %s', (over, name) => {
  expect(identityName({ ...identity, ...over })).toBe(name);
});

it('takes scopes in and out', () => {
  expect(scopeList(' a  b\na ')).toEqual(['a', 'b']);
  expect(toggleScope('a b', 'c')).toBe('a b c');
  expect(toggleScope('a b c', 'b')).toBe('a c');
});

it('sums the checks up', () => {
  const results = ['pass', 'pass', 'fail', 'warning', 'skipped'].map((state) => ({ state }));
  expect(checkSummary(results)).toBe('2 passed, 1 failed, 1 warning, 1 skipped');
  expect(worstFirst(results).map((r) => r.state)).toEqual(['fail', 'warning', 'skipped', 'pass', 'pass']);
});

it.each([
  [{ transport: 'stdio' }, /stdio/],
  [{ transport: 'http', auth: { grant: 'none' } }, /headers only/],
  [{ transport: 'sse', headers: [{ name: 'authorization' }] }, /Authorization header/],
  [{ transport: 'http', headers: [{ name: 'X-Team' }] }, /^$/],
])('%o is signed in to or not', (server, why) => {
  expect(whyNoSignIn(server)).toMatch(why);
});
