import { afterEach, expect, it, vi } from 'vitest';
import { FetchApi } from './fetch';

afterEach(() => void vi.unstubAllGlobals());

const api = (): FetchApi => new FetchApi(() => Promise.resolve('tok'));

function answer(make: (signal: AbortSignal | null | undefined) => Promise<Response>): ReturnType<typeof vi.fn> {
  const call = vi.fn((_url: string, init: RequestInit) => make(init.signal));
  vi.stubGlobal('fetch', call);
  return call;
}

/** Settles only when it is given up, as a lost answer does. */
const lost = (signal: AbortSignal | null | undefined): Promise<Response> =>
  new Promise((_, reject) => {
    const end = (): void => reject(new DOMException('aborted', 'AbortError'));
    if (signal?.aborted) end();
    else signal?.addEventListener('abort', end);
  });

it('posts the question with the token of this run', async () => {
  const call = answer(() => Promise.resolve(Response.json({ entries: [], next: 4 })));
  expect(await api().json('page', { after: 3, limit: 10 })).toEqual({ entries: [], next: 4 });
  const [url, init] = call.mock.calls[0] as [string, RequestInit];
  expect(url).toBe('/api/page');
  expect(init.method).toBe('POST');
  expect(new Headers(init.headers).get('X-Sightglass-Token')).toBe('tok');
  expect(init.body).toBe('{"after":3,"limit":10}');
});

it('reads a body with what is known of the whole', async () => {
  answer(() =>
    Promise.resolve(new Response('abc', { headers: { 'X-Total': '900', 'X-Kept': '100', 'X-State': 'cut' } })),
  );
  const body = await api().body(7, 'response', 0, 3);
  expect(new TextDecoder().decode(body.bytes)).toBe('abc');
  expect({ total: body.total, kept: body.kept, state: body.state }).toEqual({ total: 900, kept: 100, state: 'cut' });
});

it('rejects with the error that was written', async () => {
  answer(() => Promise.resolve(new Response('{"kind":"closed","message":"not connected"}', { status: 422 })));
  await expect(api().json('tools', {})).rejects.toMatchObject({ message: 'not connected', fault: { kind: 'closed' } });
});

it('is given up when what asked for it leaves', async () => {
  answer(lost);
  const stop = new AbortController();
  const asked = api().json('tools', {}, stop.signal);
  stop.abort();
  await expect(asked).rejects.toMatchObject({ fault: { kind: 'cancelled' } });
});

it('is given up after its time', async () => {
  answer(lost);
  await expect(api().json('page', {}, undefined, 20)).rejects.toMatchObject({ fault: { kind: 'timeout' } });
});
