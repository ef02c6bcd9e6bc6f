import { afterEach, expect, test, vi } from 'vitest';
import type { core } from '../backend';
import type { PdfAsk, PdfSaid } from '../lib/pdfMessages';
import { PdfView } from './pdfView.svelte';

const page: core.HTMLPage = { id: 'p', url: 'http://127.0.0.1:1/x/frame', sandbox: 'allow-scripts', policy: '' };

function open(showPdf = (): Promise<core.HTMLPage> => Promise.resolve(page)) {
  const asked: PdfAsk[] = [];
  const closed: string[] = [];
  const opened: string[] = [];
  const source = {
    showPdf,
    closeApp: (id: string) => Promise.resolve(void closed.push(id)),
    openLink: (url: string) => Promise.resolve(void opened.push(url)),
  };
  const view = new PdfView(source, new Uint8Array([37, 80, 68, 70]));
  const inside = { postMessage: (ask: PdfAsk) => void asked.push(ask) } as unknown as Window;
  leave = view.attach({ contentWindow: inside } as HTMLIFrameElement);
  const hear = (data: unknown, from: Window = inside): void => {
    // happy-dom's constructor takes no foreign window.
    const event = new MessageEvent('message', { data });
    Object.defineProperty(event, 'source', { value: from });
    window.dispatchEvent(event);
  };
  const say = (said: PdfSaid): void => hear({ sightglass: 'app', data: said });
  return { view, asked, closed, opened, hear, say };
}

let leave: () => void = () => undefined;
afterEach(() => leave());

test('the file goes to the frame once its script runs, with the colours of the window', async () => {
  const { view, asked, say } = open();
  await vi.waitFor(() => expect(view.opened).toBe(page));
  say({ said: 'ready' });
  expect(asked.map((ask) => ask.want)).toEqual(['look', 'open']);
  const [, file] = asked;
  expect(file?.want === 'open' && [...new Uint8Array(file.bytes)]).toEqual([37, 80, 68, 70]);
  say({ said: 'opened', pages: 20, shown: 10 });
  expect(view.phase).toBe('shown');
  view.go(15);
  expect(asked.at(-1)).toEqual({ want: 'page', page: 10 });
  view.go(NaN);
  view.go(-3);
  expect(asked.at(-1)).toEqual({ want: 'page', page: 1 });
});

test('only the frame is heard, and only what its own page relays of the viewer', () => {
  const { view, hear } = open();
  hear({ sightglass: 'app', data: { said: 'failed', why: 'forged' } }, window);
  hear({ said: 'failed', why: 'not relayed' });
  hear({ sightglass: 'app', data: { said: 'nonsense' } });
  hear(null);
  expect(view.phase).toBe('loading');
  hear({ sightglass: 'load', count: 1 });
  expect(view.phase).toBe('loading');
  hear({ sightglass: 'load', count: 2 });
  expect([view.phase, view.problem]).toEqual(['failed', 'the viewer was loaded anew']);
});

test('a link is shown, and opened only when it was told to', () => {
  const { view, opened, say } = open();
  say({ said: 'link', url: 'https://example.org/a', page: 2 });
  expect(view.link?.link).toMatchObject({ ok: true, host: 'example.org' });
  expect(opened).toEqual([]);
  view.follow();
  expect([opened, view.link]).toEqual([['https://example.org/a'], undefined]);
  say({ said: 'link', url: 'javascript:alert(1)', page: 2 });
  view.follow();
  expect(opened.length).toBe(1);
});

test('a password is asked for, passed on and asked for again', () => {
  const { view, asked, say } = open();
  say({ said: 'password', wrong: false });
  expect([view.phase, view.wrong]).toEqual(['password', false]);
  view.password('open');
  expect([view.phase, asked.at(-1)]).toEqual(['loading', { want: 'password', password: 'open' }]);
  say({ said: 'password', wrong: true });
  expect([view.phase, view.wrong]).toEqual(['password', true]);
});

test('sizes go in steps, from the keyboard in the frame too', () => {
  const { view, asked, say } = open();
  say({ said: 'at', page: 1, scale: 1.33 });
  view.step(true);
  expect([asked.at(-1), view.fits]).toEqual([{ want: 'zoom', scale: 1.5 }, false]);
  say({ said: 'key', key: 'out' });
  expect(asked.at(-1)).toEqual({ want: 'zoom', scale: 1.25 });
  say({ said: 'key', key: 'width' });
  expect([asked.at(-1), view.fits]).toEqual([{ want: 'zoom', scale: 'width' }, true]);
  say({ said: 'at', page: 1, scale: 5 });
  const before = asked.length;
  view.step(true);
  expect(asked.length).toBe(before);
});

test('remarks are kept once and not without end', () => {
  const { view, say } = open();
  for (let i = 0; i < 100; i++) say({ said: 'note', note: `remark ${String(i % 60)}` });
  expect(view.notes.length).toBe(40);
});

test('a sandbox that is full says so, and one that opens late is closed', async () => {
  const full = open(() => Promise.reject(new Error('32 sandboxed pages are open, which is the limit')));
  await vi.waitFor(() => expect(full.view.phase).toBe('failed'));
  expect(full.view.problem).toContain('32 sandboxed pages');
  const late = open();
  late.view.close();
  await vi.waitFor(() => expect(late.closed).toEqual(['p']));
});
