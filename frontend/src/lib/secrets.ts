/** Names of secrets as the keychain knows them, and the guess which values are secrets. */

/** What a secret is, for people: "env:TOKEN" is the variable TOKEN. */
export function secretLabel(name: string): string {
  const at = name.indexOf(':');
  const rest = name.slice(at + 1);
  switch (name.slice(0, at)) {
    case 'env':
      return `Variable ${rest}`;
    case 'header':
      return `Header ${rest}`;
    case 'secret':
      return `Secret ${rest}`;
    case 'input':
      return `Input ${rest}`;
    default:
      return name;
  }
}

const parts = [
  'TOKEN',
  'SECRET',
  'PASSW',
  'PASSPHRASE',
  'CREDENTIAL',
  'COOKIE',
  'AUTHORIZATION',
  'AUTH',
  'KEY',
  'BEARER',
];
const words = ['PAT', 'PASS', 'JWT', 'PIN', 'OTP', 'SIG', 'SIGNATURE', 'DSN'];
const harmless = [
  ...['AUTHOR', 'AUTHORS', 'AUTHORITY', 'KEYBOARD', 'KEYWORD', 'KEYWORDS', 'MONKEY', 'TURKEY', 'HOTKEY', 'KEYMAP'],
  ...['KEYCLOAK', 'TOKENIZER', 'TOKENIZERS', 'TOKENS'],
];
/** At the end of a name these say that the value is where the credential is, not the credential. */
const places = [
  ...['FILE', 'PATH', 'DIR', 'FOLDER', 'URL', 'URI', 'ENDPOINT', 'HOST', 'SOCK', 'SOCKET', 'TYPE', 'METHOD', 'MODE'],
  ...[
    'LIMIT',
    'TTL',
    'TIMEOUT',
    'ISSUER',
    'AUDIENCE',
    'SERVER',
    'ENABLED',
    'REQUIRED',
    'NAME',
    'LENGTH',
    'COUNT',
    'ID',
  ],
];

/**
 * Whether the name of a variable or header speaks of a credential: its value is then marked secret before it is typed.
 * A guess that the user can change; Go has the fuller rules and applies them to what is imported.
 */
export function namesCredential(name: string): boolean {
  const all = name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .filter((word) => word !== '');
  if (places.includes(all.at(-1) ?? '')) return false;
  return all.some((word) => {
    if (harmless.includes(word)) return false;
    return words.includes(word) || parts.some((part) => word.includes(part));
  });
}
