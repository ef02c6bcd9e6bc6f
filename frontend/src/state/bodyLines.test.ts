import { describe, expect, test } from 'vitest';
import { BodyLines, chunkSize, readText, type ReadBytes } from './bodyLines.svelte';
import { RunResult } from './runResult.svelte';
import type { BodyFetch, RunOutput } from './toolTypes';

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 20_000;
  while (!holds() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 2));
  expect(holds()).toBe(true);
}

/** A body of `size` bytes that is made when it is read. */
function made(size: number, read: number[]): ReadBytes {
  return (offset, length) => {
    read.push(offset);
    const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
    for (let i = 0; i < bytes.length; i++) bytes[i] = 0x61 + ((offset + i) % 26);
    return Promise.resolve({ bytes, total: size, kept: size, state: '' });
  };
}

describe('BodyLines', () => {
  test('reads as far as it is looked at', async () => {
    const read: number[] = [];
    const lines = new BodyLines(made(50 << 20, read), 100);
    await until(() => lines.count > 0);
    expect(lines.row(0)).toBe('abcdefghijklmnopqrstuvwxyz'.repeat(4).slice(0, 100));
    expect(read).toEqual([0]);
    lines.look(10);
    await until(() => read.length === 5);
    expect(lines.total).toBe(50 << 20);
    expect(lines.whole).toBe(false);
    lines.close();
  });

  test('50 MB to the end, and back to a row that was let go', async () => {
    const read: number[] = [];
    const lines = new BodyLines(made(50 << 20, read), 96);
    lines.lookAll();
    await until(() => lines.whole);
    expect(lines.count).toBe(Math.ceil((50 << 20) / 96));
    expect(read.length).toBe((50 << 20) / chunkSize);
    expect(lines.row(lines.count - 1)?.length).toBe((50 << 20) % 96);
    expect(lines.row(0)).toBeUndefined();
    await until(() => lines.row(0) !== undefined);
    lines.close();
  });

  test('a row over the border of two pieces is whole', async () => {
    const text = 'x'.repeat(chunkSize - 3) + '\nhéllo\nend';
    const lines = new BodyLines(readText(text), 1000);
    lines.lookAll();
    await until(() => lines.whole);
    expect(lines.row(lines.count - 2)).toBe('héllo');
    expect(lines.row(lines.count - 1)).toBe('end');
  });

  test('a failure is told', async () => {
    const lines = new BodyLines(() => Promise.reject(new Error('gone')), 100);
    await until(() => lines.problem !== '');
    expect(lines.problem).toBe('gone');
  });

  test('an empty text has no rows', async () => {
    const lines = new BodyLines(readText(''), 100);
    await until(() => lines.loaded);
    expect([lines.count, lines.whole]).toEqual([0, true]);
  });
});

describe('RunResult', () => {
  const out = (over: Partial<RunOutput>): RunOutput => ({
    call: 'c',
    seq: 2,
    request: 1,
    bytes: 100,
    took: 5,
    result: '',
    isError: false,
    problems: [],
    output: [],
    findings: [],
    rounds: 0,
    ...over,
  });
  const body = (text: string, state = ''): BodyFetch => {
    const bytes = new TextEncoder().encode(text);
    return (_seq, _part, offset, length) =>
      Promise.resolve({
        bytes: bytes.subarray(offset, offset + length),
        total: bytes.length,
        kept: bytes.length,
        state,
      });
  };
  const never: BodyFetch = () => Promise.reject(new Error('not to be asked'));

  test('a short result is there at once', () => {
    const result = new RunResult(out({ result: '{"content":[{"type":"text","text":"hi"}]}' }), never);
    expect(result.state).toBe('ready');
    expect(result.result?.blocks[0]).toMatchObject({ kind: 'text', text: 'hi' });
  });

  test('a longer one is fetched from the frame', async () => {
    const text = 'é'.repeat(2 << 20);
    const frame = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [{ type: 'text', text }] } });
    const result = new RunResult(out({ bytes: frame.length }), body(frame));
    expect(result.state).toBe('loading');
    await until(() => result.state !== 'loading');
    expect(result.result?.blocks[0]).toMatchObject({ text });
  });

  test.each<[string, BodyFetch, Partial<RunOutput>, string]>([
    ['too long', never, { bytes: 50 << 20 }, 'large'],
    ['nothing', never, { seq: 0 }, 'none'],
    ['not JSON', body('<html>'), {}, 'broken'],
    ['no result', body('{"error":{}}'), {}, 'broken'],
    ['dropped', body('', 'dropped'), {}, 'broken'],
    ['failed', never, {}, 'broken'],
  ])('%s', async (_name, fetch, over, want) => {
    const result = new RunResult(out(over), fetch);
    await until(() => result.state !== 'loading');
    expect(result.state).toBe(want);
  });
});
