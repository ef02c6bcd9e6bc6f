import { duration } from './format';

interface Stream {
  readonly kind: string;
  readonly of: string;
  readonly state: string;
  readonly retry: number;
}

/** What a stream is for. */
export function streamName(stream: Stream): string {
  switch (stream.kind) {
    case 'get':
      return 'GET stream';
    case 'sse':
      return 'SSE stream';
    case 'listen':
      return stream.of === 'own' ? 'Listen stream' : `Listen stream ${stream.of}`;
    default:
      return `Answer to ${stream.of}`;
  }
}

const states: Record<string, string> = {
  opening: 'opening',
  open: 'open',
  waiting: 'waiting',
  absent: 'not there',
  refused: 'refused',
  ended: 'ended',
  closed: 'closed',
  failed: 'failed',
};

export function streamState(stream: Stream): string {
  return states[stream.state] ?? stream.state;
}

/** How the state of a stream is to be taken. */
export function streamTone(stream: Stream): 'ok' | 'warn' | 'err' | 'plain' {
  if (stream.state === 'open') return 'ok';
  if (stream.state === 'refused' || stream.state === 'failed') return 'err';
  return stream.state === 'waiting' || stream.state === 'ended' ? 'warn' : 'plain';
}

/** What the server asks for about resuming a stream: "retry 3 s". */
export function retryText(stream: Stream): string {
  return stream.retry < 0 ? '' : `retry ${duration(stream.retry * 1000)}`;
}

interface Served {
  readonly method: string;
  readonly declared: boolean;
  readonly verdict: string;
  readonly problem: string;
  readonly count: number;
}

/** What the traffic tells of a method. */
export function verdictText(m: Served): string {
  const told = m.method.startsWith('notifications/');
  switch (m.verdict) {
    case 'served':
      return told ? `came ${m.count === 1 ? 'once' : `${String(m.count)} times`}` : 'answered';
    case 'missing':
      return 'not served (-32601)';
    case 'failed':
      return 'failed';
    default:
      return told ? 'none yet' : 'not asked';
  }
}

export function verdictTone(m: Served): 'ok' | 'warn' | 'err' | 'plain' {
  if (m.problem) return 'warn';
  if (m.verdict === 'served') return 'ok';
  return m.verdict === 'failed' ? 'err' : 'plain';
}

interface Message {
  readonly kind: string;
  readonly method: string;
  readonly name: string;
}

/** A message in a few words: "answer to tools/call echo", "notification notifications/progress". */
export function messageText(m: Message): string {
  const what = [m.method, m.name].filter((t) => t !== '').join(' ');
  switch (m.kind) {
    case 'response':
      return `answer to ${what || 'an unknown request'}`;
    case 'error':
      return `error on ${what || 'an unknown request'}`;
    case 'request':
      return what;
    case 'notification':
      return what;
    default:
      return m.kind;
  }
}

/** How long ago something was, in words that do not flicker: "now", "12 s ago", "3 min ago". */
export function ago(at: number, now: number): string {
  const s = Math.max(0, Math.floor((now - at) / 1_000_000));
  if (s < 1) return 'now';
  if (s < 60) return `${String(s)} s ago`;
  if (s < 3600) return `${String(Math.floor(s / 60))} min ago`;
  return `${String(Math.floor(s / 3600))} h ${String(Math.floor((s % 3600) / 60))} min ago`;
}

interface Attempt {
  readonly status: number;
  readonly code: number;
  readonly answer: string;
  readonly open: boolean;
}

/** What a request of the connect was answered with: "HTTP 400 · -32000 Bad Request". */
export function attemptText(a: Attempt): string {
  if (a.open && a.status === 0) return 'no answer';
  const parts = [
    a.status ? `HTTP ${String(a.status)}` : '',
    a.code ? `error ${String(a.code)}` : '',
    a.answer || (a.code || a.open ? '' : 'no version named'),
  ];
  return parts.filter((p) => p !== '').join(' · ');
}
