/** What a server says of itself, read tolerantly: nothing here may fail on what it sends. */

type Json = Record<string, unknown>;

function readObject(text: string): Json {
  try {
    const value: unknown = JSON.parse(text || '{}');
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
  } catch {
    return {};
  }
}

export interface ServerInfo {
  name: string;
  title: string;
  version: string;
  websiteUrl: string;
  description: string;
}

export function readServerInfo(text: string): ServerInfo {
  const info = readObject(text);
  const string = (key: string): string => (typeof info[key] === 'string' ? info[key] : '');
  return {
    name: string('name'),
    title: string('title'),
    version: string('version'),
    websiteUrl: string('websiteUrl'),
    description: string('description'),
  };
}

/** Whether there may be tools. A server that declares nothing at all is asked anyway. */
export function offersTools(capabilities: string): boolean {
  const all = readObject(capabilities);
  return 'tools' in all || Object.keys(all).length === 0;
}

/** Whether a capability is declared. */
export function declares(capabilities: string, name: string): boolean {
  return name in readObject(capabilities);
}

/** Whether an extension is declared. */
export function declaresExtension(capabilities: string, id: string): boolean {
  const { extensions } = readObject(capabilities);
  return typeof extensions === 'object' && extensions !== null && id in extensions;
}

/** Whether connecting again starts a program that ran before: what there is to say is then "Restart". */
export function restarts(connection: { transport: string; pid: number } | undefined, error: { kind: string }): boolean {
  return connection?.transport === 'stdio' && (connection.pid > 0 || error.kind === 'closed');
}

/** One capability: its name, and what of it is on. */
export interface Capability {
  name: string;
  details: string[];
}

/** The capabilities as they are declared: "resources" with "subscribe" and "listChanged". */
export function readCapabilities(text: string): Capability[] {
  return Object.entries(readObject(text)).flatMap(([name, value]): Capability[] => {
    if (name === 'experimental' || name === 'extensions') {
      const inner = typeof value === 'object' && value !== null ? Object.keys(value) : [];
      return inner.map((key) => ({ name: key, details: [name === 'extensions' ? 'extension' : 'experimental'] }));
    }
    return [{ name, details: details(value) }];
  });
}

function details(value: unknown): string[] {
  if (typeof value !== 'object' || value === null)
    return value === true || value === undefined ? [] : [JSON.stringify(value)];
  return Object.entries(value as Json).map(([key, held]) => {
    if (held === true || (typeof held === 'object' && held !== null && Object.keys(held).length === 0)) return key;
    return `${key}: ${JSON.stringify(held)}`;
  });
}

/** JSON as it is read best, or as it came. */
export function indented(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
