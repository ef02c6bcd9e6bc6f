/** Frames that are broken on purpose, made of a sound one. */
import { parseJson, type JsonNode } from './jsonDoc';
import { printJson } from './jsonPrint';
import type { RawHeader } from './rawWritten';

/** What a broken frame is made of. */
export interface SoundFrame {
  /** A sound request, JSON text. */
  readonly frame: string;
  /** Its id, JSON text. */
  readonly id: string;
  /** The id of the connection's last request, JSON text. */
  readonly used: string;
}

export interface Broken {
  readonly frame: string;
  readonly headers: readonly RawHeader[];
}

/** Where it makes sense: on a child's standard input, over Streamable HTTP, over either HTTP transport. */
type On = 'all' | 'stdio' | 'http' | 'web';

export interface PaletteItem {
  readonly id: string;
  readonly label: string;
  readonly on: On;
  readonly era?: 'legacy' | 'modern';
  /** Begins a group. */
  readonly first?: boolean;
  readonly make: (sound: SoundFrame) => Broken;
}

/** Levels of the nesting that is too deep for most readers. */
export const deepLevels = 20_000;

const frame = (make: (sound: SoundFrame) => string) => (sound: SoundFrame) => ({ frame: make(sound), headers: [] });
const header = (name: string, value: string) => (sound: SoundFrame) => ({
  frame: sound.frame,
  headers: [{ name, value, leave: false }],
});
const without = (name: string) => (sound: SoundFrame) => ({
  frame: sound.frame,
  headers: [{ name, value: '', leave: true }],
});

export const palette: readonly PaletteItem[] = [
  { id: 'sound', label: 'Sound request', on: 'all', make: frame((s) => s.frame) },
  { id: 'no-id', label: 'No id', on: 'all', first: true, make: frame((s) => edit(s.frame, 'id', undefined)) },
  { id: 'null-id', label: 'Id null', on: 'all', make: frame((s) => edit(s.frame, 'id', 'null')) },
  { id: 'used-id', label: 'Id used before', on: 'all', make: frame((s) => edit(s.frame, 'id', s.used)) },
  { id: 'object-id', label: 'Id an object', on: 'all', make: frame((s) => edit(s.frame, 'id', '{"n":1}')) },
  { id: 'fraction-id', label: 'Id a fraction', on: 'all', make: frame((s) => edit(s.frame, 'id', '1.5')) },
  {
    id: 'version',
    label: 'Version "1.0"',
    on: 'all',
    first: true,
    make: frame((s) => edit(s.frame, 'jsonrpc', '"1.0"')),
  },
  { id: 'no-version', label: 'No jsonrpc member', on: 'all', make: frame((s) => edit(s.frame, 'jsonrpc', undefined)) },
  { id: 'no-method', label: 'No method', on: 'all', make: frame((s) => edit(s.frame, 'method', undefined)) },
  { id: 'method-number', label: 'Method a number', on: 'all', make: frame((s) => edit(s.frame, 'method', '1')) },
  { id: 'params-array', label: 'Params an array', on: 'all', make: frame((s) => edit(s.frame, 'params', '[1,2]')) },
  { id: 'params-text', label: 'Params a string', on: 'all', make: frame((s) => edit(s.frame, 'params', '"text"')) },
  { id: 'twice', label: 'A member twice', on: 'all', make: frame((s) => `${s.frame.slice(0, -1)},"id":"twice"}`) },
  { id: 'batch', label: 'Batch of two', on: 'all', first: true, make: frame(batch) },
  { id: 'empty-batch', label: 'Empty batch', on: 'all', make: frame(() => '[]') },
  { id: 'cut', label: 'Cut off JSON', on: 'all', first: true, make: frame((s) => s.frame.slice(0, -1)) },
  { id: 'comma', label: 'JSON with a comma too many', on: 'all', make: frame((s) => `${s.frame.slice(0, -1)},}`) },
  { id: 'text', label: 'No JSON at all', on: 'all', make: frame(() => 'hello') },
  { id: 'empty', label: 'Nothing', on: 'all', make: frame(() => '') },
  { id: 'deep', label: 'Deep nesting', on: 'all', make: frame(deep) },
  {
    id: 'answer',
    label: 'Answer to nothing',
    on: 'all',
    first: true,
    make: frame(() => '{"jsonrpc":"2.0","id":"nobody-asked","result":{}}'),
  },
  {
    id: 'both',
    label: 'Method and result',
    on: 'all',
    make: frame((s) => edit(s.frame, 'result', '{}')),
  },
  { id: 'two-lines', label: 'Printed over several lines', on: 'stdio', first: true, make: frame(indented) },
  { id: 'one-line', label: 'Two messages on one line', on: 'stdio', make: frame((s) => s.frame + s.frame) },
  {
    id: 'length',
    label: 'Content-Length header before it',
    on: 'stdio',
    make: frame((s) => `Content-Length: ${String(new TextEncoder().encode(s.frame).length)}\r\n\r\n${s.frame}`),
  },
  {
    id: 'version-header',
    label: 'Wrong MCP-Protocol-Version',
    on: 'web',
    first: true,
    make: header('Mcp-Protocol-Version', '1999-01-01'),
  },
  { id: 'no-version-header', label: 'No MCP-Protocol-Version', on: 'web', make: without('Mcp-Protocol-Version') },
  { id: 'method-header', label: 'Wrong Mcp-Method', on: 'http', era: 'modern', make: header('Mcp-Method', 'no/such') },
  { id: 'no-method-header', label: 'No Mcp-Method', on: 'http', era: 'modern', make: without('Mcp-Method') },
  { id: 'name-header', label: 'Wrong Mcp-Name', on: 'http', era: 'modern', make: header('Mcp-Name', 'nobody') },
  { id: 'no-name-header', label: 'No Mcp-Name', on: 'http', era: 'modern', make: without('Mcp-Name') },
  { id: 'type', label: 'Content-Type text/plain', on: 'web', make: header('Content-Type', 'text/plain') },
  { id: 'no-type', label: 'No Content-Type', on: 'web', make: without('Content-Type') },
  { id: 'accept', label: 'Accept text/html', on: 'http', make: header('Accept', 'text/html') },
  {
    id: 'session',
    label: 'Unknown Mcp-Session-Id',
    on: 'http',
    era: 'legacy',
    make: header('Mcp-Session-Id', 'no-such-session'),
  },
  { id: 'no-session', label: 'No Mcp-Session-Id', on: 'http', era: 'legacy', make: without('Mcp-Session-Id') },
];

/** The frames that make sense on a transport ("stdio", "http", "sse") in an era. */
export function paletteFor(transport: string, era: string): PaletteItem[] {
  return palette.filter(({ on, era: of }) => {
    const there = on === 'all' || (on === 'web' ? transport !== 'stdio' : on === transport);
    return there && (of === undefined || of === era);
  });
}

/** The frame with a member set to JSON text, or left out; every other value stays. */
function edit(text: string, key: string, to: string | undefined): string {
  const parsed = parseJson(text);
  if (!parsed.ok || parsed.node.kind !== 'object') return text;
  const parts: string[] = [];
  let found = false;
  for (const m of parsed.node.members) {
    found ||= m.key === key;
    if (m.key !== key) parts.push(`${JSON.stringify(m.key)}:${compact(m.value)}`);
    else if (to !== undefined) parts.push(`${JSON.stringify(key)}:${to}`);
  }
  if (!found && to !== undefined) parts.push(`${JSON.stringify(key)}:${to}`);
  return `{${parts.join(',')}}`;
}

function compact(node: JsonNode): string {
  return printJson(node);
}

function batch({ frame: text, id }: SoundFrame): string {
  const other = JSON.stringify(`${String(JSON.parse(id))}-second`);
  return `[${text},${edit(text, 'id', other)}]`;
}

function deep({ frame: text }: SoundFrame): string {
  return edit(text, 'params', `{"deep":${'['.repeat(deepLevels)}${']'.repeat(deepLevels)}}`);
}

function indented({ frame: text }: SoundFrame): string {
  const parsed = parseJson(text);
  return parsed.ok ? printJson(parsed.node, 2) : text;
}
