import type { wire } from '../../../wailsjs/go/models';
import type { FakeLog } from './log';

const headers = (pairs: Record<string, string>): wire.Header[] =>
  Object.entries(pairs).map(([name, value]) => ({ name, value }));

export function fakeExchange(over: Partial<wire.Exchange>): wire.Exchange {
  return {
    method: 'POST',
    url: 'https://search.staging.example.com/mcp',
    proto: 'HTTP/2.0',
    status: 200,
    statusText: 'OK',
    requestHeaders: headers({
      Accept: 'application/json, text/event-stream',
      Authorization: 'Bearer ‹token #3f2a›',
      'Content-Type': 'application/json',
      'Mcp-Protocol-Version': '2025-06-18',
      'Mcp-Session-Id': '‹session #91bc›',
      'User-Agent': 'Sightglass/0.1',
    }),
    responseHeaders: headers({
      'Content-Type': 'application/json',
      Date: 'Tue, 10 Nov 2026 09:12:44 GMT',
      Server: 'uvicorn',
    }),
    remoteAddr: '203.0.113.7:443',
    tls: 'TLS 1.3, TLS_AES_128_GCM_SHA256, CN=search.staging.example.com',
    timing: { dns: 3_100, connect: 11_800, tls: 24_500, wait: 38_200, transfer: 900, total: 78_500, reused: false },
    ...over,
  };
}

/** Writes `pairs` calls of the past into the log: frames both ways, exchanges, events, stderr and state changes. */
export function fillPast(log: FakeLog, pairs: number): void {
  const end = Date.now() * 1000;
  let at = end - pairs * 1_700_000;
  log.now = () => at;
  const wait = (us: number): void => void (at += us);

  log.append({ conn: 'c-open', kind: 'lifecycle', note: 'connecting: sightglass demo-server' });
  log.append(
    { conn: 'c-open', kind: 'stderr', dir: 'in', note: 'sample server ready' },
    { message: 'sample server ready' },
  );
  for (let i = 1; i <= pairs; i++) {
    const http = i % 3 === 0;
    const conn = http ? 'c-search' : 'c-open';
    const method = ['tools/call', 'tools/list', 'resources/read', 'ping'][i % 4] ?? 'ping';
    const name =
      method === 'tools/call'
        ? (['echo', 'add', 'create_order'][i % 3] ?? '')
        : method === 'resources/read'
          ? 'memo://notes'
          : '';
    const params = name ? { name, arguments: { message: `call ${i}` } } : {};
    const asked = JSON.stringify({ jsonrpc: '2.0', id: `s-${i}`, method, params });
    const failed = i % 17 === 0;
    const answered = JSON.stringify(
      failed
        ? { jsonrpc: '2.0', id: `s-${i}`, error: { code: -32602, message: 'Unknown tool', data: { name } } }
        : {
            jsonrpc: '2.0',
            id: `s-${i}`,
            result: { content: [{ type: 'text', text: `answer ${i} `.repeat((i % 40) + 1) }] },
          },
    );
    const carrier = http
      ? log.append(
          {
            conn,
            kind: 'http',
            dir: 'out',
            method: 'POST',
            name: 'https://search.staging.example.com/mcp',
            status: 200,
            took: 41_000 + i,
          },
          { request: asked, response: answered },
          fakeExchange({}),
        ).seq
      : 0;
    const via = carrier ? { exchange: carrier } : {};
    const id = `"s-${i}"`;
    const request = log.append(
      { conn, kind: 'frame', dir: 'out', message: 'request', method, name, id, open: true, ...via },
      { message: asked },
    );
    wait(900 + (i % 50) * 130);
    if (i % 25 === 0) {
      log.append(
        { conn, kind: 'frame', dir: 'in', message: 'notification', method: 'notifications/message' },
        { message: '{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":"working"}}' },
      );
    }
    if (http && i % 2 === 0) {
      log.append({ conn, kind: 'sse', dir: 'in', name: 'message', exchange: carrier }, { message: answered });
    }
    log.append(
      {
        conn,
        kind: 'frame',
        dir: 'in',
        message: failed ? 'error' : 'response',
        id,
        pair: request.seq,
        toolErr: i % 11 === 0 && !failed,
        ...(failed ? { code: -32602 } : {}),
        ...via,
      },
      { message: answered },
    );
    if (i % 9 === 0) {
      const line = `[${new Date(at / 1000).toISOString()}] DEBUG handled ${method} in ${i % 50} ms`;
      log.append({ conn: 'c-open', kind: 'stderr', dir: 'in', note: line }, { message: line });
    }
    wait(1_690_000);
  }
  log.append(
    {
      conn: 'c-open',
      kind: 'frame',
      dir: 'in',
      message: 'invalid',
      note: 'not JSON: invalid character "S" at byte 0',
      findings: ['The server writes to stdout what is not JSON-RPC: logs belong on stderr.'],
    },
    { message: 'Server listening on stdio' },
  );
  log.now = () => Date.now() * 1000;
}
