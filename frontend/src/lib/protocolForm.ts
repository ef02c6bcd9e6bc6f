/** How a server is spoken to, as it is edited; see profile.Protocol. */
import { parseJson } from './jsonDoc';

/** What of a profile is edited here. */
export interface EditableProtocol {
  off?: string[];
  roots?: { uri: string; name?: string }[];
  meta?: string;
  logLevel?: string;
  trace?: boolean;
  paged?: boolean;
  autoRefresh?: boolean;
  noStream?: boolean;
  limits?: {
    rounds?: number;
    questions?: number;
    pages?: number;
    messageBytes?: number;
    tasks?: number;
    followed?: number;
    taskInputs?: number;
  };
}

const flags = ['trace', 'paged', 'autoRefresh', 'noStream'] as const;
const counts = ['rounds', 'questions', 'pages', 'tasks', 'followed', 'taskInputs'] as const;

export type ProtocolFlag = (typeof flags)[number];
export type LimitField = (typeof counts)[number] | 'messageMiB';

export interface ProtocolDraft extends Record<ProtocolFlag, boolean>, Record<LimitField, string> {
  /** Switches that are off. */
  off: string[];
  /** Edited elsewhere, kept here. */
  roots: { uri: string; name?: string }[];
  /** JSON text, or empty. */
  meta: string;
  logLevel: string;
}

/** The switches: what is declared unless it is switched off. */
export const capabilities: readonly { id: string; label: string; about: string }[] = [
  { id: 'elicitation.form', label: 'elicitation, form', about: 'The server may ask you for values.' },
  { id: 'elicitation.url', label: 'elicitation, URL', about: 'The server may ask you to open an address.' },
  { id: 'sampling', label: 'sampling', about: 'The server may ask for a model’s answer.' },
  { id: 'sampling.tools', label: 'sampling with tools', about: 'Such a question may bring tools.' },
  { id: 'roots', label: 'roots', about: 'The server may ask which folders it is meant to work in.' },
  { id: 'tasks', label: 'tasks (2025-11-25)', about: 'Calls may run as tasks of the legacy era.' },
];

export const extensions: readonly { id: string; label: string }[] = [
  { id: 'io.modelcontextprotocol/tasks', label: 'Tasks' },
  { id: 'io.modelcontextprotocol/ui', label: 'MCP Apps' },
  { id: 'io.modelcontextprotocol/skills', label: 'Skills' },
];

/** RFC 5424 section 6.2.1 as MCP writes them, the least severe first. */
export const logLevels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'] as const;

/** The limits with what they are when nothing is set, and the most that can be. */
export const limits: readonly { field: LimitField; label: string; none: string; most: number; about: string }[] = [
  { field: 'rounds', label: 'Rounds', none: '20', most: 1_000_000, about: 'input_required results of one call' },
  { field: 'questions', label: 'Questions', none: '100', most: 1_000_000, about: 'waiting for an answer at once' },
  { field: 'pages', label: 'Pages', none: '1000', most: 1_000_000, about: 'of one list' },
  { field: 'messageMiB', label: 'Message (MiB)', none: '256', most: 4096, about: 'length of one message' },
  { field: 'tasks', label: 'Tasks', none: '1000', most: 1_000_000, about: 'known; the oldest leave first' },
  { field: 'followed', label: 'Followed tasks', none: '100', most: 1_000_000, about: 'asked about at once' },
  { field: 'taskInputs', label: 'Task inputs', none: '200', most: 1_000_000, about: 'questions of one task' },
];

const mebi = 1 << 20;
const figure = (n: number | undefined): string => (n ? String(n) : '');

export function protocolDraft(protocol: EditableProtocol = {}): ProtocolDraft {
  const { limits: own = {} } = protocol;
  return {
    off: [...(protocol.off ?? [])],
    roots: (protocol.roots ?? []).map((root) => ({ ...root })),
    meta: protocol.meta ?? '',
    logLevel: protocol.logLevel ?? '',
    trace: protocol.trace ?? false,
    paged: protocol.paged ?? false,
    autoRefresh: protocol.autoRefresh ?? false,
    noStream: protocol.noStream ?? false,
    rounds: figure(own.rounds),
    questions: figure(own.questions),
    pages: figure(own.pages),
    tasks: figure(own.tasks),
    followed: figure(own.followed),
    taskInputs: figure(own.taskInputs),
    messageMiB: own.messageBytes ? String(own.messageBytes / mebi) : '',
  };
}

/** The profile's part; undefined when nothing is set. */
export function protocolOf(draft: ProtocolDraft): EditableProtocol | undefined {
  const own: NonNullable<EditableProtocol['limits']> = {};
  for (const field of counts) {
    const n = Number(draft[field]);
    if (draft[field].trim() !== '' && n > 0) own[field] = n;
  }
  const size = Number(draft.messageMiB);
  if (draft.messageMiB.trim() !== '' && size > 0) own.messageBytes = Math.round(size * mebi);
  const all: EditableProtocol = {
    ...(draft.off.length > 0 ? { off: [...draft.off] } : {}),
    ...(draft.roots.length > 0 ? { roots: draft.roots.map((root) => ({ ...root })) } : {}),
    ...(draft.meta.trim() ? { meta: draft.meta.trim() } : {}),
    ...(draft.logLevel ? { logLevel: draft.logLevel } : {}),
    ...(Object.keys(own).length > 0 ? { limits: own } : {}),
  };
  for (const flag of flags) if (draft[flag]) all[flag] = true;
  return Object.keys(all).length > 0 ? all : undefined;
}

/** Turns a switch; what is on needs no mention. */
export function switched(off: readonly string[], id: string, on: boolean): string[] {
  const rest = off.filter((other) => other !== id);
  return on ? rest : [...rest, id];
}

/** What is wrong with the draft, by the name of the field within a profile. */
export function protocolProblems(draft: ProtocolDraft): Record<string, string> {
  const found: Record<string, string> = {};
  const meta = metaProblem(draft.meta);
  if (meta) found['protocol.meta'] = meta;
  for (const { field, most } of limits) {
    const text = draft[field].trim();
    if (text === '') continue;
    const n = Number(text);
    const fits = field === 'messageMiB' ? n > 0 && n <= most : Number.isInteger(n) && n > 0 && n <= most;
    if (!fits) found[`protocol.${field}`] = `A number from 1 to ${most.toLocaleString('en-US')}, or nothing.`;
  }
  return found;
}

/** The field of a draft that Go means by "protocol.limits.messageBytes", "protocol.off[0]". */
export function draftField(field: string): string {
  const name = field.replace(/^protocol\.(?:limits\.)?/, '').replace(/\[.*$/, '');
  return `protocol.${name === 'messageBytes' ? 'messageMiB' : name}`;
}

/** Why a text cannot be members of _meta; empty when it can, or when it is empty. */
export function metaProblem(text: string): string {
  if (text.trim() === '') return '';
  const parsed = parseJson(text);
  if (!parsed.ok) return `Not JSON: ${parsed.error.message}.`;
  return parsed.node.kind === 'object' ? '' : 'A JSON object, such as {"com.example/tenant": "a"}.';
}

/** Keys that the program sets in every request: what is said here for all of them is not sent. */
const own = new Set([
  'io.modelcontextprotocol/protocolVersion',
  'io.modelcontextprotocol/clientCapabilities',
  'io.modelcontextprotocol/clientInfo',
  'progressToken',
]);

/** What is to be known of the keys of _meta, one sentence each. `every`: they go with every request. */
export function metaWarnings(text: string, every: boolean): string[] {
  const parsed = parseJson(text.trim() === '' ? '{}' : text);
  if (!parsed.ok || parsed.node.kind !== 'object') return [];
  return parsed.node.members.flatMap(({ key }): string[] => {
    if (every && own.has(key)) return [`“${key}” is set by the program itself: what stands here is not sent.`];
    if (reserved(key)) return [`“${key}” is reserved for the protocol: servers give it a meaning.`];
    return [];
  });
}

/** Prefixes whose second label is modelcontextprotocol or mcp are the protocol's (2025-11-25 basic/index, _meta). */
function reserved(key: string): boolean {
  const at = key.lastIndexOf('/');
  if (at < 0) return own.has(key);
  const label = key.slice(0, at).split('.')[1];
  return label === 'modelcontextprotocol' || label === 'mcp';
}

/** What is set, in a few words. */
export function protocolNote(draft: ProtocolDraft): string {
  const named = Object.keys(protocolOf({ ...draft, off: [], roots: [] }) ?? {});
  const words: Record<string, string> = {
    meta: '_meta',
    logLevel: `log level ${draft.logLevel}`,
    limits: 'limits',
    trace: 'trace',
    paged: 'page by page',
    autoRefresh: 'refresh',
    noStream: 'no GET stream',
  };
  return [
    ...(draft.off.length > 0 ? [`${String(draft.off.length)} switched off`] : []),
    ...named.map((name) => words[name] ?? name),
  ].join(', ');
}
