import type { core } from '../../../wailsjs/go/models';

/** What the twin makes of a request that is to be changed by hand. */
export function fakeDraft(input: core.RawDraftInput): core.RawDraft {
  const id = `hand-${String(input.number)}`;
  const head = input.notification ? '{"jsonrpc":"2.0"' : `{"jsonrpc":"2.0","id":"${id}"`;
  const params = input.params === '' ? '' : `,"params":${JSON.stringify(JSON.parse(input.params))}`;
  const frame = `${head},"method":${JSON.stringify(input.method)}${params}}`;
  return { frame, id: input.notification ? '' : `"${id}"`, used: '"s1"', findings: [] };
}

export function fakeHeaders(transport: string): core.RawHeader[] {
  if (transport === 'stdio') return [];
  return [
    { name: 'Accept', value: 'application/json, text/event-stream', leave: false },
    { name: 'Content-Type', value: 'application/json', leave: false },
    { name: 'Mcp-Protocol-Version', value: '2025-11-25', leave: false },
    { name: 'Mcp-Session-Id', value: '‹session #1a2b›', leave: false },
  ];
}

/** What a server that takes JSON-RPC by the letter answers; nothing to a notification. */
export function fakeRawAnswer(frame: string): { own: boolean; text: string } | undefined {
  const error = (code: number, message: string): { own: boolean; text: string } => ({
    own: false,
    text: JSON.stringify({ jsonrpc: '2.0', id: null, error: { code, message } }),
  });
  let value: unknown;
  try {
    value = JSON.parse(frame);
  } catch {
    return error(-32700, 'Parse error');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return error(-32600, 'Invalid request');
  const { id, method, params, jsonrpc } = value as Record<string, unknown>;
  if (jsonrpc !== '2.0' || typeof method !== 'string' || id === null) return error(-32600, 'Invalid request');
  if (id === undefined) return undefined;
  return { own: true, text: JSON.stringify({ jsonrpc: '2.0', id, result: { params } }) };
}

export function fakeRawOutput(
  input: core.RawInput,
  request: number,
  transport: string,
  answer: { own: boolean; text: string } | undefined,
  append: (message: string) => number,
): core.RawOutput {
  const http = transport === 'http';
  const out: core.RawOutput = {
    call: input.call,
    request,
    answer: 0,
    exchange: 0,
    status: http ? (answer ? 200 : 202) : 0,
    took: 0,
    ended: http ? 'response' : 'waited',
    came: [],
    more: 0,
    findings: [],
  };
  if (!answer) return out;
  const seq = append(answer.text);
  const row: core.RawEntry = {
    seq,
    kind: 'frame',
    message: answer.own ? 'response' : 'error',
    method: '',
    id: answer.own ? '"hand-1"' : 'null',
    own: answer.own,
    bytes: answer.text.length,
    text: answer.text,
  };
  return { ...out, came: [row], ...(answer.own ? { answer: seq, ended: 'answered', took: 20_000 } : {}) };
}
