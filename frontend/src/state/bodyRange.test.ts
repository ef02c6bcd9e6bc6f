import { expect, it } from 'vitest';
import type { Backend } from '../backend';
import { BodyRange, firstRange } from './bodyRange.svelte';

type Source = Pick<Backend, 'body'>;

function serve(length: number, asked: string[] = []): Source {
  const body: Source['body'] = (_seq, _part, offset, wanted) => {
    asked.push(`${String(offset)}+${String(wanted)}`);
    const size = Math.max(0, Math.min(wanted, length - offset));
    return Promise.resolve({
      bytes: new Uint8Array(size).fill(offset % 251),
      total: length + 5,
      kept: length,
      state: 'cut',
    });
  };
  return { body };
}

it('fetches a first range, then doubles what is there', async () => {
  const asked: string[] = [];
  const body = new BodyRange(serve(200_000, asked), 7, 'response');
  await body.more();
  expect([body.bytes.length, body.whole, body.total, body.state]).toEqual([firstRange, false, 200_005, 'cut']);
  await body.more();
  await body.more();
  expect([body.bytes.length, body.whole]).toEqual([200_000, true]);
  await body.more();
  expect(asked).toEqual(['0+65536', '65536+65536', '131072+131072']);
});

it('knows an empty body as whole', async () => {
  const body = new BodyRange(serve(0), 7, 'message');
  await body.more();
  expect([body.bytes.length, body.whole]).toEqual([0, true]);
});

it('says why a range did not come, and can try again', async () => {
  let fail = true;
  const good = serve(10);
  const body = new BodyRange(
    { body: (...args) => (fail ? Promise.reject(new Error('gone')) : good.body(...args)) },
    7,
    'message',
  );
  await body.more();
  expect([body.problem, body.loading]).toEqual(['gone', false]);
  fail = false;
  await body.more();
  expect([body.problem, body.bytes.length]).toEqual(['', 10]);
});

it('gives up when it is closed', async () => {
  const body = new BodyRange(
    {
      body: (_seq, _part, _offset, _length, signal) =>
        new Promise((_resolve, reject) => {
          signal?.addEventListener('abort', () => reject(new Error('aborted')));
        }),
    },
    7,
    'message',
  );
  const done = body.more();
  body.close();
  await done;
  expect([body.problem, body.bytes.length, body.loading]).toEqual(['', 0, false]);
});
