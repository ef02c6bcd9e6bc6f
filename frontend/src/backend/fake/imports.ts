import type { core, profile } from '../../../wailsjs/go/models';
import type { ExportForm } from '../types';

const base = { id: '', era: {}, timeouts: {} };
const looksSecret = (name: string): boolean => /token|key|secret|passw|auth|cookie/i.test(name);

function noLaunch(): core.Launch {
  return {
    profile: '',
    hash: '',
    confirmed: false,
    since: 'new',
    changes: [],
    settings: [],
    command: '',
    program: '',
    searched: [],
    args: [],
    envNames: [],
    cwd: '',
    url: '',
    missing: [],
    problem: '',
  };
}

/** What the box above the list makes of a line. */
export function fakeTyped(text: string): core.Typed {
  const line = text.trim();
  const result = { secrets: [], launch: noLaunch(), problem: '' };
  if (/^https?:\/\//i.test(line)) {
    const url = URL.parse(line);
    const server: profile.Profile = { ...base, name: url?.host ?? line, transport: 'http', url: line };
    return url
      ? { ...result, kind: 'url', profile: server, launch: { ...noLaunch(), confirmed: true, url: line } }
      : { ...result, kind: 'invalid', profile: server, problem: 'the URL has no host' };
  }
  const words = line.split(/\s+/);
  const [command = '', ...args] = words;
  const server: profile.Profile = { ...base, name: command, transport: 'stdio', command, args };
  if ((line.match(/"/g) ?? []).length % 2 === 1) {
    return { ...result, kind: 'invalid', profile: server, problem: 'a quotation mark at column 1 is not closed' };
  }
  const known = command === 'npx' || command === 'node';
  const launch = {
    ...noLaunch(),
    hash: 'hash-typed',
    command,
    args,
    program: known ? `/usr/local/bin/${command}` : '',
    searched: ['/usr/local/bin', '/usr/bin', '/bin'],
    problem: known ? '' : `${command} was not found in PATH`,
  };
  return { ...result, kind: 'command', profile: server, launch };
}

interface Listed {
  command?: string;
  args?: string[];
  env?: Record<string, string>;
  url?: string;
  headers?: Record<string, string>;
}

/** Reads the common form well enough to look at the preview. */
export function fakeImport(text: string, saved: readonly profile.Profile[]): core.ImportPreview {
  let servers: Record<string, Listed>;
  let form: string;
  try {
    const read = JSON.parse(text) as Record<string, Record<string, Listed>>;
    form = read.mcpServers ? 'mcpServers' : 'servers';
    servers = read.mcpServers ?? read.servers ?? {};
  } catch (error) {
    return { token: '', form: '', items: [], problem: `not JSON: ${(error as Error).message}` };
  }
  const items = Object.entries(servers).map(([key, listed]): core.ImportItem => {
    const values = (from: Record<string, string> = {}): profile.Value[] =>
      Object.entries(from).map(([name, value]) => (looksSecret(name) ? { name, secret: true } : { name, value }));
    const found = (kind: string, from: Record<string, string> = {}): core.ImportSecret[] =>
      Object.entries(from).map(([name, value]) => ({
        name: `${kind}:${name}`,
        hint: `${value.slice(0, 3)}… (${value.length} characters)`,
        secret: looksSecret(name),
        why: looksSecret(name) ? 'the name holds TOKEN' : '',
      }));
    return {
      key,
      profile: {
        ...base,
        name: key,
        transport: listed.url ? 'http' : 'stdio',
        ...(listed.url ? { url: listed.url, headers: values(listed.headers) } : {}),
        ...(listed.command ? { command: listed.command, args: listed.args ?? [], env: values(listed.env) } : {}),
      },
      secrets: [...found('env', listed.env), ...found('header', listed.headers)],
      problems: listed.url || listed.command ? [] : ['it has neither a command nor a url'],
      conflict: saved.find((p) => p.name === key)?.id ?? '',
      skip: !(listed.url || listed.command),
      replace: false,
    };
  });
  return { token: 't1', form, items, problem: items.length === 0 ? 'there are no servers in it' : '' };
}

export function fakeExport(servers: readonly profile.Profile[], form: ExportForm): string {
  const values = (from: profile.Value[] = []): Record<string, string> =>
    Object.fromEntries(from.map((v) => [v.name, v.secret ? `\${input:${v.name}}` : (v.value ?? '')]));
  const listed = servers.map((p) => [
    p.name,
    p.transport === 'stdio'
      ? { command: p.command ?? 'sightglass', args: p.args ?? [], ...(p.env ? { env: values(p.env) } : {}) }
      : { type: p.transport, url: p.url, ...(p.headers ? { headers: values(p.headers) } : {}) },
  ]);
  return `${JSON.stringify({ [form]: Object.fromEntries(listed) as object }, null, 2)}\n`;
}

/** What looks like a credential, to look at the editor: Go has the rules. */
export function fakeSuspects(server: profile.Profile): core.Suspect[] {
  const why = 'the name holds TOKEN';
  const named = (field: string, list: profile.Value[] = []): core.Suspect[] =>
    list.flatMap((v, i) =>
      looksSecret(v.name) || v.value?.startsWith('ghp_') ? [{ field: `${field}[${i}]`, why, text: '' }] : [],
    );
  const args = (server.args ?? []).flatMap((arg, i): core.Suspect[] => {
    if (!/^--token=[^$]/.test(arg)) return [];
    return [{ field: `args[${i}]`, why, text: '--token=${secret:token}' }];
  });
  return [...named('env', server.env), ...named('headers', server.headers), ...args];
}
