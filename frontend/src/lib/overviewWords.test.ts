import { expect, it } from 'vitest';
import {
  ago,
  attemptText,
  messageText,
  retryText,
  streamName,
  streamTone,
  verdictText,
  verdictTone,
} from './overviewWords';

const stream = { kind: 'get', of: '', state: 'open', retry: -1 };
const served = { method: 'tools/list', declared: true, verdict: 'served', problem: '', count: 0 };
const attempt = { status: 0, code: 0, answer: '', open: false };

it('names streams', () => {
  expect(streamName(stream)).toBe('GET stream');
  expect(streamName({ ...stream, kind: 'call', of: 'tools/call echo' })).toBe('Answer to tools/call echo');
  expect(streamName({ ...stream, kind: 'listen', of: 'own' })).toBe('Listen stream');
  expect(streamName({ ...stream, kind: 'listen', of: 's2' })).toBe('Listen stream s2');
  expect(retryText(stream)).toBe('');
  expect(retryText({ ...stream, retry: 1500 })).toBe('retry 1.50 s');
  expect(retryText({ ...stream, retry: 0 })).toBe('retry 0 ms');
  expect(['open', 'waiting', 'refused', 'absent'].map((state) => streamTone({ ...stream, state }))).toEqual([
    'ok',
    'warn',
    'err',
    'plain',
  ]);
});

it('says what the traffic tells of a method', () => {
  expect(verdictText(served)).toBe('answered');
  expect(verdictText({ ...served, verdict: 'unknown' })).toBe('not asked');
  expect(verdictText({ ...served, method: 'notifications/message', count: 2 })).toBe('came 2 times');
  expect(verdictText({ ...served, method: 'notifications/message', verdict: 'unknown' })).toBe('none yet');
  expect(verdictTone({ ...served, problem: 'Served, but not declared.' })).toBe('warn');
  expect(verdictTone({ ...served, verdict: 'failed' })).toBe('err');
});

it('names messages', () => {
  expect(messageText({ kind: 'response', method: 'tools/call', name: 'echo' })).toBe('answer to tools/call echo');
  expect(messageText({ kind: 'error', method: '', name: '' })).toBe('error on an unknown request');
  expect(messageText({ kind: 'invalid', method: '', name: '' })).toBe('invalid');
});

it('tells times that do not flicker', () => {
  expect(ago(5_000_000, 5_900_000)).toBe('now');
  expect(ago(0, 12_900_000)).toBe('12 s ago');
  expect(ago(0, 185_000_000)).toBe('3 min ago');
  expect(ago(0, 3_720_000_000)).toBe('1 h 2 min ago');
  expect(ago(9_000_000, 1)).toBe('now');
});

it('says what an attempt was answered with', () => {
  expect(attemptText({ ...attempt, status: 400, code: -32000, answer: 'Bad Request' })).toBe(
    'HTTP 400 · error -32000 · Bad Request',
  );
  expect(attemptText({ ...attempt, answer: '2025-11-25' })).toBe('2025-11-25');
  expect(attemptText({ ...attempt, open: true })).toBe('no answer');
  expect(attemptText({ ...attempt, open: true, status: 401 })).toBe('HTTP 401');
  expect(attemptText(attempt)).toBe('no version named');
});
