/** The fields of a server as they are edited, and what is wrong with them before Go is asked. */
import {
  authDraft,
  authOf,
  authProblems,
  authSecretsOf,
  networkDraft,
  networkOf,
  type AuthDraft,
  type EditableAuth,
  type EditableNetwork,
  type NetworkDraft,
} from './authForm';
import { protocolDraft, protocolOf, protocolProblems, type EditableProtocol, type ProtocolDraft } from './protocolForm';
import { parseTime, timeProblem, timeText } from './timeText';

export type TransportId = 'stdio' | 'http' | 'sse';
export type EraMode = 'auto' | 'legacy' | 'modern';

/** What of a profile is edited; see profile.Profile. */
export interface Editable {
  id: string;
  name: string;
  color?: string;
  group?: string;
  transport: string;
  command?: string;
  args?: string[];
  env?: Named[];
  cwd?: string;
  loginShellPath?: boolean;
  url?: string;
  headers?: Named[];
  trust?: string[];
  watch?: string;
  era: { mode?: string; version?: string };
  timeouts: { connect?: number; probe?: number; request?: number };
  auth?: EditableAuth;
  network?: EditableNetwork;
  protocol?: EditableProtocol;
  sample?: string;
}

interface Named {
  name: string;
  value?: string;
  secret?: boolean;
}

/** A variable or header while it is edited. */
export interface ValueDraft {
  /** Identity of the row while it is edited. */
  key: number;
  name: string;
  /** What was typed: plain values, and new values of secrets. */
  value: string;
  secret: boolean;
  /** The user chose secret or not: the name guesses no longer. */
  chosen: boolean;
  /** The name under which a secret was stored when editing began; empty for new ones. */
  stored: string;
  /** The stored secret is to be forgotten. */
  clear: boolean;
}

export interface ServerDraft {
  name: string;
  color: string;
  group: string;
  transport: TransportId;
  command: string;
  args: string[];
  env: ValueDraft[];
  cwd: string;
  /** Empty: when started from a desktop. */
  loginShellPath: '' | 'yes' | 'no';
  url: string;
  headers: ValueDraft[];
  /** Fingerprints of accepted certificates, hex. */
  trust: string[];
  /** The file whose change restarts the server; empty for none. */
  watch: string;
  /** New values of secrets that the command or the URL names as ${secret:name}, by that name. */
  named: Record<string, string>;
  mode: EraMode;
  version: string;
  /** Lengths of time, as typed: "30 s". */
  connect: string;
  probe: string;
  request: string;
  /** How it is signed in to. */
  auth: AuthDraft;
  /** How its host is reached. */
  network: NetworkDraft;
  /** What is declared to it, and what every request carries. */
  protocol: ProtocolDraft;
}

type FieldName =
  | keyof ServerDraft
  | `env.${number}`
  | `headers.${number}`
  | `auth.${string}`
  | `network.${string}`
  | `protocol.${string}`;
export type DraftProblems = Partial<Record<FieldName, string>>;

/** The colours a server may have; see profile.Profile. */
export const colors = ['red', 'orange', 'yellow', 'green', 'teal', 'blue', 'purple', 'pink'] as const;
/** The legacy versions of the protocol, newest first. */
export const legacyVersions = ['2025-11-25', '2025-06-18', '2025-03-26', '2024-11-05'] as const;
export const modernVersion = '2026-07-28';

let keys = 0;

export function valueDraft(value: Named = { name: '' }): ValueDraft {
  const secret = value.secret ?? false;
  return {
    key: ++keys,
    name: value.name,
    value: value.value ?? '',
    secret,
    chosen: value.name !== '',
    stored: secret ? value.name : '',
    clear: false,
  };
}

const figure = (ms: number | undefined): string => timeText(ms ?? 0);

export function draftOf(server: Editable): ServerDraft {
  const { transport, era, timeouts } = server;
  return {
    name: server.name,
    color: server.color ?? '',
    group: server.group ?? '',
    transport: transport === 'http' || transport === 'sse' ? transport : 'stdio',
    command: server.command ?? '',
    args: [...(server.args ?? [])],
    env: (server.env ?? []).map(valueDraft),
    cwd: server.cwd ?? '',
    loginShellPath: server.loginShellPath === undefined ? '' : server.loginShellPath ? 'yes' : 'no',
    url: server.url ?? '',
    headers: (server.headers ?? []).map(valueDraft),
    trust: [...(server.trust ?? [])],
    watch: server.watch ?? '',
    named: {},
    mode: era.mode === 'legacy' || era.mode === 'modern' ? era.mode : 'auto',
    version: era.version ?? '',
    connect: figure(timeouts.connect),
    probe: figure(timeouts.probe),
    request: figure(timeouts.request),
    auth: authDraft(server.auth),
    network: networkDraft(server.network),
    protocol: protocolDraft(server.protocol),
  };
}

/** A server to begin with. */
export const newServer: Editable = { id: '', name: '', transport: 'stdio', era: {}, timeouts: {} };

/** The profile of a draft. What belongs to another transport is kept: switching back and forth loses nothing. */
export function serverOf(draft: ServerDraft, before: Editable): Editable {
  const { color, group, command, cwd, url, headers, env, args, trust, watch } = draft;
  const named = (list: readonly ValueDraft[]): Named[] =>
    list
      .filter((v) => v.name.trim() !== '')
      .map((v) => (v.secret ? { name: v.name.trim(), secret: true } : { name: v.name.trim(), value: v.value }));
  const time = (field: 'connect' | 'probe' | 'request'): Partial<Record<typeof field, number>> => {
    const ms = parseTime(draft[field]);
    return ms ? { [field]: ms } : {};
  };
  const [auth, network, protocol] = [authOf(draft.auth), networkOf(draft.network), protocolOf(draft.protocol)];
  const timeouts = { ...time('connect'), ...time('probe'), ...time('request') };
  return {
    id: before.id,
    name: draft.name.trim(),
    transport: draft.transport,
    ...(color ? { color } : {}),
    ...(group.trim() ? { group: group.trim() } : {}),
    ...(command.trim() ? { command: command.trim() } : {}),
    ...(args.length > 0 ? { args: [...args] } : {}),
    ...(named(env).length > 0 ? { env: named(env) } : {}),
    ...(cwd.trim() ? { cwd: cwd.trim() } : {}),
    ...(draft.loginShellPath ? { loginShellPath: draft.loginShellPath === 'yes' } : {}),
    ...(url.trim() ? { url: url.trim() } : {}),
    ...(named(headers).length > 0 ? { headers: named(headers) } : {}),
    ...(trust.length > 0 ? { trust: [...trust] } : {}),
    ...(watch.trim() ? { watch: watch.trim() } : {}),
    era: { ...(draft.mode === 'auto' ? {} : { mode: draft.mode }), ...eraVersion(draft) },
    timeouts,
    ...(auth ? { auth } : {}),
    ...(network ? { network } : {}),
    ...(protocol ? { protocol } : {}),
    ...(before.sample ? { sample: before.sample } : {}),
  };
}

function eraVersion(draft: ServerDraft): { version?: string } {
  return draft.mode === 'legacy' && draft.version ? { version: draft.version } : {};
}

/** What the keychain is told of one secret; see core.SecretInput. */
interface SecretChange {
  name: string;
  value: string;
  clear: boolean;
}

/** The names of the secrets that the command line or the URL of a draft holds as ${secret:name}, each once. */
export function namedSecrets(draft: ServerDraft): string[] {
  const texts =
    draft.transport === 'stdio' ? [draft.command, ...draft.args, draft.cwd] : [draft.url, draft.network.proxy];
  const plain = (draft.transport === 'stdio' ? draft.env : draft.headers).filter((v) => !v.secret).map((v) => v.value);
  const found = [...texts, ...plain].flatMap((text) => [...text.matchAll(/\$\{secret:([^}]+)\}/g)]);
  return [...new Set(found.map((match) => match[1] ?? ''))];
}

/** What is to be told to the keychain: new values, and what is to be forgotten. */
export function secretsOf(draft: ServerDraft): SecretChange[] {
  const all = [
    ...draft.env.map((v) => ({ ...v, kind: 'env' })),
    ...draft.headers.map((v) => ({ ...v, kind: 'header' })),
  ];
  const named = namedSecrets(draft).flatMap((name): SecretChange[] => {
    const value = draft.named[name] ?? '';
    return value === '' ? [] : [{ name: `secret:${name}`, value, clear: false }];
  });
  const values = all.flatMap((v): SecretChange[] => {
    if (!v.secret || v.name.trim() === '') return [];
    if (v.value !== '') return [{ name: `${v.kind}:${v.name.trim()}`, value: v.value, clear: false }];
    return v.clear ? [{ name: `${v.kind}:${v.stored}`, value: '', clear: true }] : [];
  });
  return [...values, ...named, ...authSecretsOf(draft.auth)];
}

/** The one that is whole JSON, for telling whether anything was changed. */
export function draftText(draft: ServerDraft): string {
  return JSON.stringify(draft, (name, value: unknown) => (name === 'key' || name === 'chosen' ? undefined : value));
}

/** What is wrong with a draft, by field. */
export function draftProblems(draft: ServerDraft, sample: boolean): DraftProblems {
  const found: DraftProblems = {};
  if (draft.name.trim() === '') found.name = 'Give it a name.';
  if (!sample) {
    if (draft.transport === 'stdio') {
      if (draft.command.trim() === '') found.command = 'Which program starts the server?';
    } else {
      const problem = urlProblem(draft.url);
      if (problem) found.url = problem;
    }
  }
  if (draft.transport === 'stdio') nameProblems(draft.env, 'env', envProblem, found);
  else nameProblems(draft.headers, 'headers', headerProblem, found);
  for (const field of ['connect', 'probe', 'request'] as const) {
    const problem = timeProblem(draft[field]);
    if (problem) found[field] = problem;
  }
  if (draft.transport !== 'stdio') Object.assign(found, authProblems(draft.auth));
  Object.assign(found, protocolProblems(draft.protocol));
  return found;
}

function nameProblems(
  list: readonly ValueDraft[],
  field: 'env' | 'headers',
  check: (name: string) => string,
  found: DraftProblems,
): void {
  const fold = (name: string): string => (field === 'headers' ? name.trim().toLowerCase() : name.trim());
  list.forEach((value, i) => {
    const name = fold(value.name);
    if (name === '') {
      if (value.value !== '') found[`${field}.${i}`] = 'The value has no name.';
      return;
    }
    const twice = field === 'env' && list.some((other, j) => j < i && fold(other.name) === name);
    const problem = twice ? 'The name is there twice.' : check(value.name.trim());
    if (problem) found[`${field}.${i}`] = problem;
  });
}

/** POSIX leaves names to the system but for "=" and NUL. */
function envProblem(name: string): string {
  return /[=\0]/.test(name) ? 'A name may not hold “=”.' : '';
}

/** RFC 9110 section 5.1: a field name is a token. */
function headerProblem(name: string): string {
  return /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name) ? '' : 'Not a header name: letters, digits and a few signs only.';
}

/** Why a text is no URL of a server; empty when it is one. Placeholders stand for anything. */
export function urlProblem(text: string): string {
  const url = text.trim();
  if (url === '') return 'Where is the server?';
  if (!/^https?:\/\//i.test(url)) return 'It begins with http:// or https://.';
  const filled = url.replaceAll(/\$\{[^}]*\}/g, 'x');
  try {
    return new URL(filled).hostname === '' ? 'The host is missing.' : '';
  } catch {
    return 'Not a URL.';
  }
}

/** Pasted text as arguments: one a line. */
export function pastedArgs(text: string): string[] {
  return text
    .replaceAll('\r\n', '\n')
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** Pasted text as variables or headers: NAME=value or Name: value, one a line; undefined when it is not of that form. */
export function pastedValues(text: string): { name: string; value: string }[] | undefined {
  const lines = pastedArgs(text).filter((line) => !line.startsWith('#'));
  const pairs = lines.map((line) => /^(?:export\s+)?([^\s=:"']+)\s*[=:]\s*(.*)$/.exec(line));
  if (lines.length === 0 || pairs.some((pair) => pair === null)) return undefined;
  return pairs.flatMap((pair) => (pair ? [{ name: pair[1] ?? '', value: unquoted(pair[2] ?? '') }] : []));
}

function unquoted(value: string): string {
  return /^"(.*)"$/.exec(value)?.[1] ?? /^'(.*)'$/.exec(value)?.[1] ?? value;
}

/** What Go is asked while a draft is typed: what could be a credential, in its place. What the user marked is left out. */
export function suspectQuestion(draft: ServerDraft, before: Editable): Editable {
  const values = (list: readonly ValueDraft[]): Named[] =>
    list.map((v) => (v.chosen ? { name: '' } : { name: v.name.trim(), value: v.value }));
  const stdio = draft.transport === 'stdio';
  return {
    id: before.id,
    name: draft.name,
    transport: draft.transport,
    command: draft.command,
    cwd: draft.cwd,
    ...(stdio && !before.sample ? { args: [...draft.args] } : {}),
    ...(stdio || before.sample ? {} : { url: draft.url.trim() }),
    env: values(draft.env),
    headers: values(draft.headers),
    era: {},
    timeouts: {},
  };
}

/** The text of "args[2]" or "url". */
export function textOf(draft: ServerDraft, field: string): string {
  const at = /^args\[(\d+)\]$/.exec(field)?.[1];
  return at === undefined ? draft.url.trim() : (draft.args[Number(at)] ?? '');
}
