/** The order, groups and search of the saved servers. */

/** What of a profile the rail needs. */
export interface Listed {
  id: string;
  name: string;
  group?: string;
  command?: string;
  args?: string[];
  url?: string;
}

/** A group of the rail: those without a group come first, those not saved last. */
export interface ServerGroup<T> {
  /** Empty for servers without a group. */
  name: string;
  /** Not saved: typed into the box. */
  temporary: boolean;
  servers: T[];
}

/** Cuts the servers into groups, in the order in which each group first occurs. */
export function groupServers<T extends Listed>(servers: readonly T[], temporary: readonly string[]): ServerGroup<T>[] {
  const none: ServerGroup<T> = { name: '', temporary: false, servers: [] };
  const unsaved: ServerGroup<T> = { name: 'Not saved', temporary: true, servers: [] };
  const named = new Map<string, ServerGroup<T>>();
  for (const server of servers) {
    const name = server.group ?? '';
    let group = temporary.includes(server.id) ? unsaved : name === '' ? none : named.get(name);
    if (!group) {
      group = { name, temporary: false, servers: [] };
      named.set(name, group);
    }
    group.servers.push(server);
  }
  return [none, ...named.values(), unsaved].filter((group) => group.servers.length > 0);
}

/** Whether every word of a query occurs in what is known of a server. */
export function matchesServer(server: Listed, query: string): boolean {
  const { name, group = '', command = '', args = [], url = '' } = server;
  const all = [name, group, command, ...args, url].join(' ').toLowerCase();
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((word) => all.includes(word));
}

/** The ids with one moved to stand before another; at the end where that one is not given or not there. */
export function movedBefore(ids: readonly string[], id: string, before: string | undefined): string[] {
  if (id === before) return [...ids];
  const rest = ids.filter((other) => other !== id);
  const at = before === undefined ? -1 : rest.indexOf(before);
  return at < 0 ? [...rest, id] : [...rest.slice(0, at), id, ...rest.slice(at)];
}

/** The groups that exist, for suggestions. */
export function groupNames(servers: readonly Listed[]): string[] {
  return [...new Set(servers.map((s) => s.group ?? '').filter((name) => name !== ''))].sort((a, b) =>
    a.localeCompare(b),
  );
}

/** How a server is reached, in a few characters. */
export function reach(server: Listed & { transport: string; sample?: string }): string {
  if (server.sample) return server.transport === 'stdio' ? 'built-in sample, stdio' : 'built-in sample, HTTP';
  if (server.transport === 'stdio') return [server.command ?? '', ...(server.args ?? [])].join(' ').trim();
  return server.url ?? '';
}

/** The transports as they are named to people. */
export function transportName(transport: string): string {
  return { stdio: 'stdio', http: 'Streamable HTTP', sse: 'HTTP+SSE' }[transport] ?? transport;
}

/** A transport in the least characters, for the rail. */
export function transportHint(transport: string): string {
  return { stdio: 'stdio', http: 'HTTP', sse: 'SSE' }[transport] ?? transport;
}
