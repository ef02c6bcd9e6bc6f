import { expect, it } from 'vitest';
import { namesCredential, secretLabel } from './secrets';

it.each([
  'TOKEN',
  'API_KEY',
  'apiKey',
  'GITHUB_PERSONAL_ACCESS_TOKEN',
  'Authorization',
  'X-Api-Key',
  'DB_PASSWORD',
  'Cookie',
  'client-secret',
  'GITHUB_PAT',
  'X-Auth',
  'JWT',
])('%s names a credential', (name) => {
  expect(namesCredential(name)).toBe(true);
});

it.each([
  '',
  'PATH',
  'AUTHOR',
  'KEYBOARD',
  'MAX_TOKENS',
  'TOKEN_FILE',
  'AUTH_URL',
  'AWS_ACCESS_KEY_ID',
  'LOG_LEVEL',
  'PWD',
  'Accept',
])('%s does not', (name) => {
  expect(namesCredential(name)).toBe(false);
});

it('names secrets for people', () => {
  expect(['env:A', 'header:B', 'secret:c', 'other'].map(secretLabel)).toEqual([
    'Variable A',
    'Header B',
    'Secret c',
    'other',
  ]);
});
