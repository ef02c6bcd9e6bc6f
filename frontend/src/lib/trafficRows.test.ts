import { describe, expect, it } from 'vitest';
import {
  batchPart,
  bytesOf,
  codeMeaning,
  groupOf,
  isProse,
  isServerRequest,
  kindLabel,
  kinship,
  nameOf,
  oddlyWithheld,
  proseOf,
  rowText,
  statusOf,
  tookOf,
  type RowEntry,
} from './trafficRows';

const row = (over: Partial<RowEntry>): RowEntry => ({ seq: 1, conn: 'a', time: 0, kind: 'frame', bytes: 10, ...over });

describe('groupOf', () => {
  it.each([
    ['frame', 'message'],
    ['app', 'message'],
    ['http', 'http'],
    ['sse', 'sse'],
    ['stderr', 'stderr'],
    ['lifecycle', 'lifecycle'],
    ['auth', 'lifecycle'],
    ['gap', undefined],
    ['a kind of next year', undefined],
  ])('%s: %s', (kind, want) => {
    expect(groupOf(row({ kind }))).toBe(want);
  });
});

describe('batchPart', () => {
  it.each([
    ['message 2 of 3 of the batch in entry 7', 'batch 2/3'],
    ['a note', ''],
    [undefined, ''],
  ])('%j: %j', (note, want) => {
    expect(batchPart(row(note === undefined ? {} : { note }))).toBe(want);
  });
});

describe('kindLabel', () => {
  it.each<[Partial<RowEntry>, string]>([
    [{ message: 'request' }, 'request'],
    [{ message: 'notification' }, 'notification'],
    [{}, 'message'],
    [{ kind: 'http' }, 'HTTP'],
    [{ kind: 'sse' }, 'SSE event'],
    [{ kind: 'lifecycle' }, 'state'],
    [{ kind: 'stderr' }, 'stderr'],
    [{ kind: 'app', message: 'request' }, 'app request'],
    [{ kind: 'odd' }, 'odd'],
  ])('%o is %s', (over, want) => {
    expect(kindLabel(row(over))).toBe(want);
  });
});

describe('statusOf', () => {
  it.each<[Partial<RowEntry>, string, string]>([
    [{ message: 'request', open: true }, 'waiting', 'open'],
    [{ message: 'request', took: 5, pair: 2 }, '', 'quiet'],
    [{ message: 'request' }, 'no answer', 'warn'],
    [{ message: 'response' }, 'ok', 'ok'],
    [{ message: 'response', toolErr: true }, 'tool error', 'warn'],
    [{ message: 'error', code: -32601 }, '-32601', 'bad'],
    [{ message: 'error' }, 'error', 'bad'],
    [{ message: 'invalid', note: 'not JSON' }, 'invalid', 'bad'],
    [{ message: 'notification' }, '', 'quiet'],
    [{ kind: 'http', open: true }, 'waiting', 'open'],
    [{ kind: 'http', open: true, status: 200 }, '200', 'open'],
    [{ kind: 'http', status: 202 }, '202', 'ok'],
    [{ kind: 'http', status: 307 }, '307', 'warn'],
    [{ kind: 'http', status: 401 }, '401', 'bad'],
    [{ kind: 'http' }, 'failed', 'bad'],
    [{ kind: 'sse' }, '', 'quiet'],
  ])('%o says %s', (over, text, tone) => {
    const got = statusOf(row(over));
    expect([got.text, got.tone]).toEqual([text, tone]);
  });
});

describe('codeMeaning', () => {
  it.each<[number | undefined, RegExp]>([
    [-32601, /^-32601 Method not found/],
    [-32022, /supported/],
    [-32050, /server’s own/],
    [7, /^7 Error code of the server’s own/],
    [undefined, /without a code/],
  ])('%s', (code, want) => {
    expect(codeMeaning(code)).toMatch(want);
  });
});

describe('texts of a row', () => {
  it('shows latency and size only where they mean something', () => {
    expect([tookOf(row({ took: 1234 })), tookOf(row({})), tookOf(row({ kind: 'lifecycle', took: 5 }))]).toEqual([
      '1.23 ms',
      '',
      '',
    ]);
    expect([bytesOf(row({})), bytesOf(row({ kind: 'gap' }))]).toEqual(['10 B', '']);
  });

  it('shows an unknown kind as it came', () => {
    const odd = row({ kind: 'odd', method: 'x', name: 'y' });
    expect([isProse(odd), proseOf(odd)]).toEqual([true, 'x y']);
  });

  it('says why an invalid frame is none where its name would be', () => {
    expect(nameOf(row({ message: 'invalid', note: 'not JSON' }))).toBe('not JSON');
  });

  it('makes a sentence of a row', () => {
    const entry = row({
      dir: 'in',
      message: 'response',
      method: 'tools/call',
      name: 'echo',
      took: 420,
      findings: ['x'],
    });
    expect(rowText(entry).split(', ').slice(1)).toEqual([
      'from server',
      'response',
      'tools/call',
      'echo',
      'ok',
      '0.42 ms',
      '10 B',
      'has findings',
    ]);
  });
});

describe('kinship', () => {
  const request = row({ seq: 10, message: 'request', pair: 14, exchange: 9 });
  const response = row({ seq: 14, message: 'response', pair: 10, exchange: 9 });
  const exchange = row({ seq: 9, kind: 'http' });
  const event = row({ seq: 13, kind: 'sse', exchange: 9 });
  it.each([
    { name: 'itself', of: request, to: request, want: 'selected' },
    { name: 'its answer', of: response, to: request, want: 'pair' },
    { name: 'its question', of: request, to: response, want: 'pair' },
    { name: 'what carried it', of: exchange, to: request, want: 'exchange' },
    { name: 'what it carried', of: request, to: exchange, want: 'exchange' },
    { name: 'an event of the same exchange', of: event, to: request, want: '' },
    { name: 'nothing selected', of: request, to: undefined, want: '' },
    { name: 'a stranger', of: row({ seq: 99 }), to: row({ seq: 98 }), want: '' },
  ])('$name', ({ of, to, want }) => {
    expect(kinship(of, to)).toBe(want);
  });
});

it('a request by the server is no fault, what else is withheld is', () => {
  const asked = row({ message: 'request', withheld: 'A request by the server: handed on.' });
  expect([isServerRequest(asked), oddlyWithheld(asked)]).toEqual([true, '']);
  const odd = row({ message: 'response', withheld: 'It answers nothing.' });
  expect([isServerRequest(odd), oddlyWithheld(odd)]).toEqual([false, 'It answers nothing.']);
});
