/** How a server is signed in to and reached, as it is edited; see profile.Auth and profile.Network. */
import { scopeList } from './scopes';
import { parseTime, timeProblem, timeText } from './timeText';

export type GrantId = '' | 'none' | 'client_credentials' | 'enterprise' | 'workload';

/** What of a profile is edited here. */
export interface EditableAuth {
  grant?: string;
  auto?: boolean;
  issuer?: string;
  authorizationEndpoint?: string;
  tokenEndpoint?: string;
  registrationEndpoint?: string;
  revocationEndpoint?: string;
  resource?: string;
  scopes?: string[];
  extra?: { name: string; value?: string }[];
  clientKind?: string;
  clientID?: string;
  clientIssuer?: string;
  clientAuth?: string;
  clientMetadataURL?: string;
  keyID?: string;
  signingAlg?: string;
  redirectHost?: string;
  redirectPort?: number;
  browserWait?: number;
  idpIssuer?: string;
  idpTokenEndpoint?: string;
  idpClientID?: string;
  idpClientAuth?: string;
  idpKeyID?: string;
  idpTokenType?: string;
  dpop?: string;
  allowHTTP?: string[];
  allowPrivate?: boolean;
  allowNoPKCE?: boolean;
}

export interface EditableNetwork {
  ca?: string;
  clientCert?: string;
  clientKey?: string;
  clientCertAll?: boolean;
  proxy?: string;
}

const texts = [
  'issuer',
  'authorizationEndpoint',
  'tokenEndpoint',
  'registrationEndpoint',
  'revocationEndpoint',
  'resource',
  'clientKind',
  'clientID',
  'clientIssuer',
  'clientAuth',
  'clientMetadataURL',
  'keyID',
  'signingAlg',
  'redirectHost',
  'idpIssuer',
  'idpTokenEndpoint',
  'idpClientID',
  'idpClientAuth',
  'idpKeyID',
  'idpTokenType',
  'dpop',
] as const;
const flags = ['auto', 'allowPrivate', 'allowNoPKCE'] as const;
const files = ['ca', 'clientCert', 'clientKey', 'proxy'] as const;

type AuthText = (typeof texts)[number];
type AuthFlag = (typeof flags)[number];

export interface AuthDraft extends Record<AuthText, string>, Record<AuthFlag, boolean> {
  grant: GrantId;
  /** Blank-separated. */
  scopes: string;
  /** One name=value a line. */
  extra: string;
  /** One host a line. */
  allowHTTP: string;
  /** As typed; empty for a free one. */
  redirectPort: string;
  /** Length of time, as typed. */
  browserWait: string;
  /** New values of secrets, by their name in the keychain: "auth:client_secret". */
  secrets: Record<string, string>;
  /** Names of secrets to be forgotten. */
  clear: string[];
}

export interface NetworkDraft extends Record<(typeof files)[number], string> {
  clientCertAll: boolean;
}

/** The ways in. */
export const grants: readonly { value: GrantId; label: string; about: string }[] = [
  {
    value: '',
    label: 'In the browser',
    about: 'OAuth 2.1 with PKCE: you sign in and consent in your own browser. Nothing needs to be set.',
  },
  {
    value: 'none',
    label: 'None: headers only',
    about: 'Only the headers above are sent. A refusal is explained, not mended.',
  },
  {
    value: 'client_credentials',
    label: 'Client credentials',
    about: 'The program signs in as itself, with a secret or a signed assertion; nobody is asked.',
  },
  {
    value: 'enterprise',
    label: 'Enterprise-managed',
    about: 'A token of your identity provider is exchanged for an ID-JAG, and that for an access token (SEP-990).',
  },
  {
    value: 'workload',
    label: 'Workload identity',
    about: 'A JWT that the platform gave to this workload is handed over for an access token (RFC 7523).',
  },
];

/** How a client authenticates at a token endpoint. */
export const clientMethods = [
  { value: '', label: 'By the rule' },
  { value: 'none', label: 'None: a public client' },
  { value: 'client_secret_basic', label: 'client_secret_basic' },
  { value: 'client_secret_post', label: 'client_secret_post' },
  { value: 'private_key_jwt', label: 'private_key_jwt' },
] as const;

const isGrant = (grant: string | undefined): grant is GrantId => grants.some((g) => g.value === grant);

export function authDraft(auth: EditableAuth | undefined): AuthDraft {
  const a = auth ?? {};
  const text = Object.fromEntries(texts.map((name) => [name, a[name] ?? ''])) as Record<AuthText, string>;
  const flag = Object.fromEntries(flags.map((name) => [name, a[name] ?? false])) as Record<AuthFlag, boolean>;
  return {
    ...text,
    ...flag,
    grant: isGrant(a.grant) ? a.grant : '',
    scopes: (a.scopes ?? []).join(' '),
    extra: (a.extra ?? []).map((p) => `${p.name}=${p.value ?? ''}`).join('\n'),
    allowHTTP: (a.allowHTTP ?? []).join('\n'),
    redirectPort: a.redirectPort ? String(a.redirectPort) : '',
    browserWait: timeText(a.browserWait ?? 0),
    secrets: {},
    clear: [],
  };
}

export function networkDraft(network: EditableNetwork | undefined): NetworkDraft {
  const texts = Object.fromEntries(files.map((name) => [name, network?.[name] ?? ''])) as Record<
    (typeof files)[number],
    string
  >;
  return { ...texts, clientCertAll: network?.clientCertAll ?? false };
}

const lines = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** The settings of a draft; undefined where all is by the rules. What belongs to another way in is kept. */
export function authOf(draft: AuthDraft): EditableAuth | undefined {
  const out: EditableAuth = {};
  if (draft.grant) out.grant = draft.grant;
  for (const name of texts) if (draft[name].trim()) out[name] = draft[name].trim();
  for (const name of flags) if (draft[name]) out[name] = true;
  const scopes = scopeList(draft.scopes);
  if (scopes.length > 0) out.scopes = scopes;
  const extra = lines(draft.extra).map((line) => {
    const at = line.indexOf('=');
    return at < 0 ? { name: line } : { name: line.slice(0, at).trim(), value: line.slice(at + 1) };
  });
  if (extra.length > 0) out.extra = extra;
  const hosts = lines(draft.allowHTTP);
  if (hosts.length > 0) out.allowHTTP = hosts;
  const port = Number(draft.redirectPort.trim());
  if (port > 0) out.redirectPort = port;
  const wait = parseTime(draft.browserWait);
  if (wait) out.browserWait = wait;
  return Object.keys(out).length > 0 ? out : undefined;
}

export function networkOf(draft: NetworkDraft): EditableNetwork | undefined {
  const out: EditableNetwork = {};
  for (const name of files) if (draft[name].trim()) out[name] = draft[name].trim();
  if (draft.clientCertAll) out.clientCertAll = true;
  return Object.keys(out).length > 0 ? out : undefined;
}

/** What the keychain is to be told of. */
export function authSecretsOf(draft: AuthDraft): { name: string; value: string; clear: boolean }[] {
  const kept = Object.entries(draft.secrets).filter(([, value]) => value !== '');
  return [
    ...kept.map(([name, value]) => ({ name, value, clear: false })),
    ...draft.clear.filter((name) => !draft.secrets[name]).map((name) => ({ name, value: '', clear: true })),
  ];
}

/** What is wrong before Go is asked, by the field's name there: "auth.redirectPort". */
export function authProblems(draft: AuthDraft): Record<`auth.${string}`, string> {
  const found: Record<`auth.${string}`, string> = {};
  const port = draft.redirectPort.trim();
  if (port !== '' && !(/^\d+$/.test(port) && Number(port) <= 65_535))
    found['auth.redirectPort'] = 'A number up to 65535.';
  const wait = timeProblem(draft.browserWait);
  if (wait) found['auth.browserWait'] = wait;
  return found;
}

/** The field that Go's message names, and what it says of it; the name is without an index. */
export function fieldProblem(message: string): { field: string; problem: string } | undefined {
  const found = /(?:^|: )((?:auth|network|protocol)\.[A-Za-z]+(?:\.[A-Za-z]+)?)(?:\[\d+\](?:\.[a-z]+)?)?: (.+)$/s.exec(
    message,
  );
  if (!found?.[1] || !found[2]) return undefined;
  return { field: found[1], problem: found[2].charAt(0).toUpperCase() + found[2].slice(1) };
}

/** Whether the answer to a redirect is at stake: the loud ones. */
export function dangers(draft: AuthDraft): string[] {
  return [
    ...(draft.allowNoPKCE ? ['PKCE is not required: a stolen code can be used by its thief.'] : []),
    ...(draft.allowPrivate ? ['Metadata may lead to private addresses of this network.'] : []),
    ...(draft.allowHTTP.trim() ? ['Some hosts are spoken to without TLS: tokens cross the network in clear.'] : []),
  ];
}
