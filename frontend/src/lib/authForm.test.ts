import { expect, it } from 'vitest';
import {
  authDraft,
  authOf,
  authProblems,
  authSecretsOf,
  fieldProblem,
  networkDraft,
  networkOf,
  type EditableAuth,
} from './authForm';

it('reads every setting and writes it back as it was', () => {
  const whole: EditableAuth = {
    grant: 'enterprise',
    auto: true,
    issuer: 'https://as.example.com',
    tokenEndpoint: 'https://as.example.com/token',
    scopes: ['a', 'b'],
    extra: [{ name: 'audience', value: 'x=y' }],
    clientKind: 'registered',
    clientID: 'me',
    redirectHost: 'localhost',
    redirectPort: 4711,
    browserWait: 90_000,
    idpIssuer: 'https://idp.example.com',
    dpop: 'always',
    allowHTTP: ['as.test', 'as.test:8080'],
    allowPrivate: true,
    allowNoPKCE: true,
  };
  expect(authOf(authDraft(whole))).toEqual(whole);
  const network = { ca: '/ca.pem', proxy: 'http://me:${secret:proxy}@proxy:3128' };
  expect(networkOf(networkDraft(network))).toEqual(network);
});

it('writes nothing where all is by the rules', () => {
  expect(authOf(authDraft(undefined))).toBeUndefined();
  expect(networkOf(networkDraft(undefined))).toBeUndefined();
});

it('tells the keychain of new values and of those to be forgotten, a new value winning', () => {
  const draft = authDraft(undefined);
  draft.secrets = { 'auth:client_secret': 's3cret', 'auth:assertion': '' };
  draft.clear = ['auth:client_secret', 'auth:private_key'];
  expect(authSecretsOf(draft)).toEqual([
    { name: 'auth:client_secret', value: 's3cret', clear: false },
    { name: 'auth:private_key', value: '', clear: true },
  ]);
  expect(JSON.stringify(authOf(draft) ?? {})).not.toContain('s3cret');
});

it.each([
  ['redirectPort', '70000', 'auth.redirectPort'],
  ['redirectPort', 'any', 'auth.redirectPort'],
  ['browserWait', '5', 'auth.browserWait'],
] as const)('%s may not be %s', (field, value, name) => {
  expect(Object.keys(authProblems({ ...authDraft(undefined), [field]: value }))).toEqual([name]);
});

it('finds the field that Go names', () => {
  expect(fieldProblem('save server: server "x": auth.scopes[2]: is no scope')).toEqual({
    field: 'auth.scopes',
    problem: 'Is no scope',
  });
  expect(fieldProblem('server "x": network.proxy: is no proxy: write http://host:port')?.field).toBe('network.proxy');
  expect(fieldProblem('server "x": url: is empty')).toBeUndefined();
});
