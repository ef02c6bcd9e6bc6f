/** Names that look like a credential: their values are masked and stay out of drafts. */

const secretWords = new Set([
  'password',
  'passwd',
  'passphrase',
  'pwd',
  'secret',
  'token',
  'credential',
  'credentials',
  'cookie',
  'authorization',
  'bearer',
  'apikey',
  'accesstoken',
  'authtoken',
  'apitoken',
  'privatekey',
  'secretkey',
  'accesskey',
  'clientsecret',
]);
const beforeKey = new Set(['api', 'access', 'private', 'secret', 'auth', 'signing', 'encryption', 'license']);
/** A page token is a place in a list, no secret. */
const beforeToken = new Set(['page', 'next', 'continuation', 'sync', 'cursor', 'max', 'stop', 'num', 'per']);

/** Whether the name of a value says that it is a credential: api_key, authToken, PASSWORD; not author, keyword, pageToken. */
export function looksSecret(name: string): boolean {
  const words = name
    .slice(0, 200)
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  return words.some((word, i) => {
    const before = words[i - 1] ?? '';
    if (word === 'token' && beforeToken.has(before)) return false;
    return secretWords.has(word) || (word === 'key' && beforeKey.has(before));
  });
}
