/** Why a launch is to be confirmed, in one sentence. */

const fields: Record<string, string> = {
  command: 'the program',
  args: 'the arguments',
  env: 'the variables set',
  cwd: 'the working directory',
};

/** What is set of a server over HTTP, by the field's name in the profile file. */
const settings: Record<string, string> = {
  url: 'URL',
  headers: 'Headers',
  trust: 'Certificates trusted',
  'auth.grant': 'Way in',
  'auth.auto': 'Signs in without asking',
  'auth.issuer': 'Authorization server',
  'auth.authorizationEndpoint': 'Authorization endpoint',
  'auth.tokenEndpoint': 'Token endpoint',
  'auth.registrationEndpoint': 'Registration endpoint',
  'auth.revocationEndpoint': 'Revocation endpoint',
  'auth.resource': 'Resource',
  'auth.scopes': 'Scopes',
  'auth.extra': 'More parameters',
  'auth.clientKind': 'Kind of client',
  'auth.clientID': 'Client id',
  'auth.clientIssuer': 'Issuer of the client',
  'auth.clientAuth': 'Client authentication',
  'auth.clientMetadataURL': 'Client ID metadata document',
  'auth.keyID': 'Key id',
  'auth.signingAlg': 'Signing algorithm',
  'auth.redirectHost': 'Redirect host',
  'auth.redirectPort': 'Redirect port',
  'auth.browserWait': 'Wait for the browser (ms)',
  'auth.idpIssuer': 'Identity provider',
  'auth.idpTokenEndpoint': 'Its token endpoint',
  'auth.idpClientID': 'Client id there',
  'auth.idpClientAuth': 'Client authentication there',
  'auth.idpKeyID': 'Key id there',
  'auth.idpTokenType': 'Type of the token to exchange',
  'auth.dpop': 'DPoP',
  'auth.allowHTTP': 'Hosts without TLS',
  'auth.allowPrivate': 'Private addresses allowed',
  'auth.allowNoPKCE': 'PKCE not required',
  'network.ca': 'Certificate authorities',
  'network.clientCert': 'Client certificate',
  'network.clientKey': 'Its key',
  'network.clientCertAll': 'Client certificate for authorization servers too',
  'network.proxy': 'Proxy',
};

export const fieldLabel = (field: string): string => settings[field] ?? field;

/** In the middle of a sentence: an abbreviation stays as it is. */
function inSentence(field: string): string {
  const label = fields[field] ?? fieldLabel(field);
  return fields[field] || /^[A-Z]{2}/.test(label) || label === field
    ? label
    : label.charAt(0).toLowerCase() + label.slice(1);
}

export function launchReason(launch: { since: string; changes: readonly { field: string }[] }, stdio = true): string {
  const whole = stdio ? 'Look at the whole command.' : 'Look at all of it.';
  if (launch.since === 'unverified')
    return `What you allowed before cannot be told for sure: the record of it was changed by another program, or the keychain does not open. ${whole}`;
  if (launch.since !== 'changed')
    return stdio
      ? 'You have not allowed this command before.'
      : 'These settings were imported or written into the file by another program; you have not allowed them before.';
  const names = launch.changes.map((change) => inSentence(change.field));
  const last = names.pop();
  if (last === undefined)
    return stdio
      ? 'Changed since you last allowed it: a secret in the arguments.'
      : 'Changed since you last allowed it: a secret in the settings.';
  const what = `${names.length > 0 ? `${names.join(', ')} and ` : ''}${last}`;
  return stdio
    ? `Changed since you last allowed it: ${what}.`
    : `Changed outside Sightglass since you last allowed it: ${what}.`;
}
