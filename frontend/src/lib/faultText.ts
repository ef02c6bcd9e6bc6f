import { statusLine } from './challengeText';
import { fingerprintText } from './fingerprint';
import { parseJson } from './jsonDoc';
import { printJson } from './jsonPrint';

/** The parts of an error this file needs, as app/core tells them. */
export interface FaultLike {
  server: string;
  kind: string;
  step: string;
  message: string;
  hint: string;
  detail: string;
  status: number;
  headers: readonly { name: string; value: string }[];
  rpcCode: number;
  rpc: string;
  /** SHA-256 of a certificate, hex, or empty. */
  fingerprint: string;
}

const headlines = new Map([
  ['auth', 'Refused'],
  ['http', 'No MCP answer'],
  ['session', 'Session ended'],
  ['protocol', 'Protocol broken'],
  ['closed', 'Connection ended'],
  ['timeout', 'No answer in time'],
  ['cancelled', 'Cancelled'],
  ['rpc', 'The server answered with an error'],
  ['connect', 'Could not connect'],
  ['input', 'Nothing was sent'],
]);

/** What kind of failure it is, in words; a kind this window does not know is shown as it came. */
export function faultHeadline(kind: string): string {
  return headlines.get(kind) ?? (kind || 'Failed');
}

/** An error as plain text, for a bug report. */
export function faultAsText(e: FaultLike): string {
  const lines = [`${faultHeadline(e.kind)}${e.server ? `: ${e.server}` : ''}`];
  if (e.step) lines.push(`Step: ${e.step}`);
  lines.push(e.message);
  if (e.hint) lines.push(`Hint: ${e.hint}`);
  if (e.fingerprint) lines.push(`Certificate (SHA-256): ${fingerprintText(e.fingerprint)}`);
  if (e.status) lines.push('', statusLine(e.status), ...e.headers.map((h) => `${h.name}: ${h.value}`));
  if (e.rpc) lines.push('', e.rpc);
  if (e.detail) lines.push('', e.detail);
  return lines.join('\n');
}

/** JSON text, indented, its numbers as they were written; text that is no JSON stays as it came. */
export function indentJson(text: string): string {
  const parsed = parseJson(text);
  return parsed.ok ? printJson(parsed.node, 2) : text;
}
