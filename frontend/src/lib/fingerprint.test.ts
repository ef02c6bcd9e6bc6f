import { expect, it } from 'vitest';
import { fingerprintText } from './fingerprint';

it.each([
  ['', ''],
  ['9f86d0', '9F:86:D0'],
  ['9f8', '9F:8'],
])('prints %j as openssl does', (hex, want) => {
  expect(fingerprintText(hex)).toBe(want);
});
