import { bytes, clock, duration } from './format';

/** A summary of one thing that crossed the wire, as app/wire tells it. */
export interface RowEntry {
  seq: number;
  conn: string;
  time: number;
  kind: string;
  dir?: string;
  message?: string;
  method?: string;
  name?: string;
  id?: string;
  pair?: number;
  exchange?: number;
  call?: string;
  status?: number;
  code?: number;
  toolErr?: boolean;
  took?: number;
  open?: boolean;
  bytes: number;
  withheld?: string;
  findings?: string[];
  note?: string;
}

/** What the kind toggles of the traffic table switch. */
export type Group = 'message' | 'http' | 'sse' | 'stderr' | 'lifecycle';

/** The groups in the order of their toggles, with what a toggle says. */
export const groups: readonly { id: Group; label: string; title: string }[] = [
  { id: 'message', label: 'Messages', title: 'JSON-RPC messages' },
  { id: 'http', label: 'HTTP', title: 'HTTP exchanges' },
  { id: 'sse', label: 'SSE', title: 'Server-sent events' },
  { id: 'stderr', label: 'stderr', title: 'Lines of the server’s standard error' },
  { id: 'lifecycle', label: 'Lifecycle', title: 'State changes, process starts and exits, probes' },
];

/** The same for every group. */
export function perGroup<T>(value: T): Record<Group, T> {
  return { message: value, http: value, sse: value, stderr: value, lifecycle: value };
}

/** The group of an entry; undefined for what no toggle hides: gaps, and kinds this window does not know. */
export function groupOf(entry: RowEntry): Group | undefined {
  switch (entry.kind) {
    case 'frame':
    case 'app':
      return 'message';
    case 'http':
    case 'sse':
    case 'stderr':
    case 'lifecycle':
      return entry.kind;
    case 'auth':
      return 'lifecycle';
    default:
      return undefined;
  }
}

/** The words of the kind column are short. */
const appWords = new Map([
  ['invalid', 'not valid'],
  ['notification', 'notice'],
]);

/** The word of the kind column. */
export function kindLabel(entry: RowEntry): string {
  switch (entry.kind) {
    case 'frame':
      return entry.message === 'invalid' ? 'not valid' : (entry.message ?? 'message');
    case 'app': // between the window and an MCP App in it
      return `app ${appWords.get(entry.message ?? '') ?? entry.message ?? 'message'}`;
    case 'http':
      return 'HTTP';
    case 'sse':
      return 'SSE event';
    case 'lifecycle':
      return 'state';
    case 'auth':
      return 'sign-in';
    case 'gap':
      return 'dropped';
    default:
      return entry.kind;
  }
}

/** How a status is coloured: ok and quiet hardly, the others so that they are found. */
export type Tone = 'ok' | 'bad' | 'warn' | 'open' | 'quiet';

/** What the status column says. */
export interface RowStatus {
  text: string;
  tone: Tone;
  /** The long form, for the tooltip. */
  title: string;
}

const noStatus: RowStatus = { text: '', tone: 'quiet', title: '' };

/** The status of an entry: how it was answered, or that it still waits. */
export function statusOf(entry: RowEntry): RowStatus {
  if (entry.kind === 'http') return httpStatus(entry);
  if (entry.kind !== 'frame' && entry.kind !== 'app') return noStatus;
  switch (entry.message) {
    case 'request':
      if (entry.open) return { text: 'waiting', tone: 'open', title: 'Not answered yet' };
      return entry.pair ? noStatus : { text: 'no answer', tone: 'warn', title: entry.note ?? 'No answer came' };
    case 'response':
      return entry.toolErr
        ? { text: 'tool error', tone: 'warn', title: 'The tool answered with isError: true' }
        : { text: 'ok', tone: 'ok', title: 'Answered with a result' };
    case 'error':
      return { text: String(entry.code ?? 'error'), tone: 'bad', title: codeMeaning(entry.code) };
    case 'invalid':
      return { text: 'invalid', tone: 'bad', title: entry.note ?? 'Not a JSON-RPC message' };
    case undefined:
    default:
      return noStatus;
  }
}

function httpStatus(entry: RowEntry): RowStatus {
  const status = entry.status ?? 0;
  if (status === 0) {
    return entry.open
      ? { text: 'waiting', tone: 'open', title: 'No answer yet' }
      : { text: 'failed', tone: 'bad', title: entry.note ?? 'No answer came' };
  }
  const text = String(status);
  if (entry.open) return { text, tone: 'open', title: `${text}, the body is still coming` };
  if (status >= 400) return { text, tone: 'bad', title: `HTTP status ${text}` };
  return { text, tone: status >= 300 ? 'warn' : 'ok', title: `HTTP status ${text}` };
}

/** Error codes with a meaning of their own, and where it is defined. */
const codes = new Map<number, string>([
  [-32700, 'Parse error (JSON-RPC 2.0 section 5.1)'],
  [-32600, 'Invalid request (JSON-RPC 2.0 section 5.1)'],
  [-32601, 'Method not found (JSON-RPC 2.0 section 5.1)'],
  [-32602, 'Invalid params (JSON-RPC 2.0 section 5.1)'],
  [-32603, 'Internal error (JSON-RPC 2.0 section 5.1)'],
  [-32002, 'Resource not found (MCP up to 2025-11-25)'],
  [-32020, 'HeaderMismatch: a header is missing or differs from the body (MCP 2026-07-28)'],
  [-32021, 'MissingRequiredClientCapability: see data.requiredCapabilities (MCP 2026-07-28)'],
  [-32022, 'UnsupportedProtocolVersion: see data.supported (MCP 2026-07-28)'],
  [-32042, 'URL elicitation required (MCP 2025-11-25)'],
]);

/** What a JSON-RPC error code means; servers may use others as they like. */
export function codeMeaning(code: number | undefined): string {
  if (code === undefined) return 'JSON-RPC error without a code';
  const own =
    code >= -32099 && code <= -32000
      ? 'Server error, its meaning is the server’s own'
      : 'Error code of the server’s own';
  return `${String(code)} ${codes.get(code) ?? own}`;
}

/**
 * Why an entry was kept from the protocol engine, where that tells of something odd. A server's own request always is:
 * it goes to whoever answers the server's questions.
 */
export function oddlyWithheld(entry: RowEntry): string {
  return entry.withheld && !isServerRequest(entry) ? entry.withheld : '';
}

/** Whether an entry is a request that the server made of the client. */
export function isServerRequest(entry: RowEntry): boolean {
  return entry.withheld?.startsWith('A request by the server') === true;
}

/** The direction in words, as the client sees it. */
export function dirLabel(entry: RowEntry): string {
  const other = entry.kind === 'app' ? 'app' : 'server';
  if (entry.dir === 'out') return `to ${other}`;
  return entry.dir === 'in' ? `from ${other}` : '';
}

/** Whether an entry is text that takes the room of method and name: stderr lines, states, gaps. */
export function isProse(entry: RowEntry): boolean {
  return entry.kind === 'stderr' || entry.kind === 'lifecycle' || entry.kind === 'auth' || groupOf(entry) === undefined;
}

/** Whether an entry begins a connection anew: what is above it belongs to the one before. */
export function isRestart(entry: RowEntry): boolean {
  return entry.kind === 'lifecycle' && entry.note?.startsWith('restarted ') === true;
}

/** The text of such a row. */
export function proseOf(entry: RowEntry): string {
  return entry.note ?? [entry.method, entry.name].filter(Boolean).join(' ');
}

/** What stands in the name column. A response to a notification-like method has none. */
export function nameOf(entry: RowEntry): string {
  if (entry.name) return entry.name;
  return entry.message === 'invalid' ? (entry.note ?? '') : '';
}

/** Which part of a JSON-RPC batch an entry is: "batch 2/3"; empty for any other. */
export function batchPart(entry: RowEntry): string {
  const [, part, whole] = /^message (\d+) of (\d+) of the batch in entry /.exec(entry.note ?? '') ?? [];
  return part && whole ? `batch ${part}/${whole}` : '';
}

/** The latency column: on both halves of a pair and on an exchange. */
export function tookOf(entry: RowEntry): string {
  return entry.took && !isProse(entry) ? duration(entry.took) : '';
}

/** The size column. */
export function bytesOf(entry: RowEntry): string {
  return entry.kind === 'gap' || entry.kind === 'lifecycle' || entry.kind === 'auth' ? '' : bytes(entry.bytes);
}

/** A row as one sentence, for assistive technology and copies. */
export function rowText(entry: RowEntry): string {
  const status = statusOf(entry);
  const parts = isProse(entry)
    ? [kindLabel(entry), proseOf(entry)]
    : [
        dirLabel(entry),
        kindLabel(entry),
        entry.method,
        nameOf(entry),
        batchPart(entry),
        status.text,
        tookOf(entry),
        bytesOf(entry),
      ];
  const marks = [oddlyWithheld(entry) ? 'withheld' : '', entry.findings?.length ? 'has findings' : ''];
  return [clock(entry.time), ...parts, ...marks].filter(Boolean).join(', ');
}

/** How a row stands to the selected one. */
export type Kinship = 'selected' | 'pair' | 'exchange' | '';

/** The relation of an entry to the selected one: its other half, the exchange that carried it, or what it carried. */
export function kinship(entry: RowEntry, selected: RowEntry | undefined): Kinship {
  if (!selected) return '';
  if (entry.seq === selected.seq) return 'selected';
  if (entry.pair === selected.seq || selected.pair === entry.seq) return 'pair';
  const carried = selected.kind === 'http' ? selected.seq : selected.exchange;
  if (!carried) return '';
  if (entry.seq === carried) return 'exchange';
  return selected.kind === 'http' && entry.exchange === carried ? 'exchange' : '';
}
