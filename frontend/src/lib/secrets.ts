/** Names of secrets as the keychain knows them. */

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
