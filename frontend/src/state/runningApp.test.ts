import { afterEach, expect, it, vi } from 'vitest';
import { AppError } from '../backend';
import { FakeBackend } from '../backend/fake';
import { RunningApp, type AppSource, type AppStart } from './runningApp.svelte';

interface Message {
  jsonrpc: string;
  id?: number | string;
  method?: string;
  params?: Record<string, unknown>;
  result?: Record<string, unknown>;
  error?: { code: number; message: string };
}

/** An app by hand: it says what the test has it say, and keeps what it is told. */
async function opened(start: Partial<AppStart> = {}): Promise<{
  run: RunningApp;
  backend: FakeBackend;
  told: Message[];
  say: (data: unknown, wrapper?: string) => void;
  ask: (method: string, params?: object) => Promise<Message>;
  notify: (method: string, params?: object) => void;
}> {
  const backend = new FakeBackend({ past: 0 });
  const source: AppSource = {
    askForApp: (r) => backend.askForApp(r),
    recordApp: (r) => backend.recordApp(r),
    closeApp: (id) => backend.closeApp(id),
    appReports: () => backend.appReports(),
    cancelCall: () => Promise.resolve(),
    openLink: (url) => backend.openLink(url),
    saveAppFile: (name, data) => backend.saveAppFile(name, data),
    onApps: (call) => backend.on('apps', call),
    faultOf: (e) => AppError.from(e).fault,
  };
  const app = await backend.openApp({ call: 'c', profile: 'open', tool: 'gauge', index: 0, permissions: [] });
  const run = new RunningApp(source, app, {
    tool: 'gauge',
    args: { station: 'bonn' },
    inPieces: false,
    version: '1',
    modelOnly: (tool) => tool === 'forget',
    ...start,
  });
  const told: Message[] = [];
  const contentWindow = { postMessage: (m: Message) => void told.push(m) };
  const leave = run.attach({ contentWindow } as unknown as HTMLIFrameElement);
  ends.push(leave);
  const say = (data: unknown, wrapper = 'app'): void => {
    const event = new MessageEvent('message', { data: { sightglass: wrapper, data } });
    Object.defineProperty(event, 'source', { value: contentWindow });
    window.dispatchEvent(event);
  };
  let last = 0;
  const ask = async (method: string, params: object = {}): Promise<Message> => {
    const id = ++last;
    say({ jsonrpc: '2.0', id, method, params });
    return vi.waitFor(() => {
      const answer = told.find((m) => m.id === id && !m.method);
      if (!answer) throw new Error(`no answer to ${method}`);
      return answer;
    });
  };
  const notify = (method: string, params: object = {}): void => say({ jsonrpc: '2.0', method, params });
  return { run, backend, told, say, ask, notify };
}

const ends: (() => void)[] = [];
afterEach(() => ends.splice(0).forEach((end) => end()));

const hello = {
  protocolVersion: '2026-01-26',
  appInfo: { name: 'Gauge', version: '1' },
  appCapabilities: {},
};

async function started(start: Partial<AppStart> = {}): ReturnType<typeof opened> {
  const all = await opened(start);
  await all.ask('ui/initialize', hello);
  all.notify('ui/notifications/initialized');
  await vi.waitFor(() => expect(all.run.call).toBe('done'));
  return all;
}

it('greets an app, and gives it the arguments and the result of its tool', async () => {
  const { run, told, ask, notify, backend } = await opened();
  const { result } = await ask('ui/initialize', hello);
  expect(result).toMatchObject({
    protocolVersion: '2026-01-26',
    hostInfo: { name: 'Sightglass' },
    hostCapabilities: { openLinks: {}, serverTools: {}, logging: {} },
    hostContext: { displayMode: 'inline', availableDisplayModes: ['inline', 'fullscreen'], platform: 'desktop' },
  });
  const context = result?.['hostContext'] as { locale: string; timeZone: string; styles: { variables: object } };
  expect(context.locale).toMatch(/^[a-z]{2}/);
  expect(context.timeZone).not.toBe('');
  expect(Object.keys(context.styles.variables).length).toBeGreaterThan(70);
  expect(told.some((m) => m.method)).toBe(false);
  notify('ui/notifications/initialized');
  await vi.waitFor(() =>
    expect(told.filter((m) => m.method).map((m) => m.method)).toEqual([
      'ui/notifications/tool-input',
      'ui/notifications/tool-result',
    ]),
  );
  expect(told.find((m) => m.method === 'ui/notifications/tool-input')?.params).toEqual({
    arguments: { station: 'bonn' },
  });
  expect(backend.appAsks).toMatchObject([{ method: 'tools/call', host: true }]);
  expect(run.phase).toBe('ready');
  expect(run.name).toBe('Gauge');
});

it('hands over a recorded result instead of a call', async () => {
  const { backend, told } = await started({ result: '{"content":[]}' });
  expect(backend.appAsks).toEqual([]);
  await vi.waitFor(() => expect(told.some((m) => m.method === 'ui/notifications/tool-result')).toBe(true));
});

it('sends arguments piece by piece', async () => {
  const { told } = await started({ inPieces: true });
  const parts = told
    .filter((m) => m.method === 'ui/notifications/tool-input-partial')
    .map((m) => m.params?.['arguments']);
  expect(parts).toEqual([{ station: 'bo' }, { station: 'bonn' }]);
});

it('tells of a call that failed', async () => {
  const { run, backend, told, ask, notify } = await opened();
  backend.appAnswer = { ...backend.appAnswer, result: '', rpc: '{"code":-32602,"message":"no such station"}' };
  await ask('ui/initialize', hello);
  notify('ui/notifications/initialized');
  await vi.waitFor(() => expect(run.call).toBe('failed'));
  expect(told.at(-1)).toMatchObject({
    method: 'ui/notifications/tool-cancelled',
    params: { reason: 'no such station' },
  });
});

it('calls a tool for an app only when the user says so', async () => {
  const { run, backend, ask } = await started();
  const first = ask('tools/call', { name: 'measure', arguments: { level: 1 } });
  await vi.waitFor(() => expect(run.asks.waiting).toHaveLength(1));
  expect(backend.appAsks).toHaveLength(1);
  run.asks.answer(run.asks.waiting[0]?.id ?? 0, false);
  expect((await first).error?.message).toMatch(/refused/);
  const second = ask('tools/call', {
    name: 'measure',
    arguments: { level: 2 },
    _meta: { progressToken: 1, own: true },
  });
  await vi.waitFor(() => expect(run.asks.waiting).toHaveLength(1));
  run.asks.answer(run.asks.waiting[0]?.id ?? 0, true);
  expect((await second).result).toMatchObject({ content: [{ text: 'done' }] });
  expect(backend.appAsks.at(-1)).toMatchObject({ host: false, method: 'tools/call' });
  expect(backend.appAsks.at(-1)?.params).not.toContain('progressToken');
  expect((await ask('tools/call', { name: 'forget' })).error?.message).toMatch(/not for apps/);
  expect(backend.appAsks).toHaveLength(2);
  await vi.waitFor(() => expect(run.lines.refused.map((l) => l.text).join()).toMatch(/measure.*forget/));
});

it('opens a link only when the user says so, and no odd one', async () => {
  const { run, backend, ask } = await started();
  expect((await ask('ui/open-link', { url: 'vscode://x' })).result).toEqual({ isError: true });
  expect(run.asks.waiting).toHaveLength(0);
  const opened = ask('ui/open-link', { url: 'https://example.com/' });
  await vi.waitFor(() => expect(run.asks.waiting[0]?.ask.subject).toBe('example.com'));
  run.asks.answer(run.asks.waiting[0]?.id ?? 0, true);
  expect((await opened).result).toEqual({ isError: false });
  expect(backend.opened).toEqual(['https://example.com/']);
});

it('takes messages, context, log, size, mode and files', async () => {
  const { run, backend, ask, notify } = await started();
  await ask('ui/message', { role: 'user', content: [{ type: 'text', text: 'hello' }] });
  await ask('ui/update-model-context', { structuredContent: { level: 3 } });
  notify('notifications/message', { level: 'warning', logger: 'l', data: { a: 1 } });
  notify('ui/notifications/size-changed', { height: 1e9 });
  await vi.waitFor(() => expect(run.height).toBe(4000));
  expect((await ask('ui/request-display-mode', { mode: 'fullscreen' })).result).toEqual({ mode: 'fullscreen' });
  expect((await ask('ui/request-display-mode', { mode: 'pip' })).result).toEqual({ mode: 'fullscreen' });
  await vi.waitFor(() => expect(run.lines.messages.map((l) => l.text)).toEqual(['hello']));
  expect(run.lines.log.map((l) => l.text)).toEqual(['l: {"a":1}']);
  expect(run.context).toContain('"level": 3');
  const saved = ask('ui/download-file', {
    contents: [{ type: 'resource', resource: { uri: 'x://f.txt', mimeType: 'text/plain', text: 'Hi' } }],
  });
  await vi.waitFor(() => expect(run.asks.waiting[0]?.ask.kind).toBe('file'));
  run.asks.answer(run.asks.waiting[0]?.id ?? 0, true);
  expect((await saved).result).toEqual({ isError: false });
  expect(backend.appFiles).toEqual([{ name: 'f.txt', data: 'SGk=' }]);
});

it('records every message both ways, and what is none', async () => {
  const { backend, say, ask } = await started();
  say('no message');
  say({ jsonrpc: '1.0', method: 'x' });
  say(10n);
  await ask('ping');
  await vi.waitFor(() =>
    expect(backend.recorded.some((m) => m.dir === 'out' && m.text.startsWith('{"result":{}'))).toBe(true),
  );
  expect(backend.recorded.filter((m) => m.note).map((m) => m.note)).toEqual([
    'Not delivered: it is no JSON-RPC message.',
    'Not delivered: it is no JSON-RPC message.',
    'Not delivered: it is no JSON.',
  ]);
  expect(backend.recorded[0]).toMatchObject({ dir: 'in', note: '' });
  expect(backend.recorded[0]?.text).toContain('ui/initialize');
});

it('names the limits that an app hits, and ends it', async () => {
  const { run, backend, say, ask } = await started();
  const answer = await ask('ui/message', { role: 'user', content: [{ type: 'text', text: 'x'.repeat(5 << 20) }] });
  expect(answer.error?.message).toMatch(/longer than/);
  expect(run.limits.join()).toMatch(/4194304 characters/);
  const event = new MessageEvent('message', { data: { sightglass: 'app', data: { jsonrpc: '2.0', method: 'x' } } });
  window.dispatchEvent(event); // of no frame
  const before = backend.recorded.length;
  await new Promise((done) => setTimeout(done, 20));
  expect(backend.recorded.length).toBe(before);
  say(undefined, 'load');
  for (let i = 0; i < 70; i++)
    say({ jsonrpc: '2.0', id: 1000 + i, method: 'ui/open-link', params: { url: 'https://example.com/' } });
  expect(run.limits.join()).toMatch(/64 requests of it wait already/);
  void run.close('over');
  expect(run.phase).toBe('ended');
  await vi.waitFor(() => expect(backend.appsClosed).toEqual([run.app.id]), { timeout: 5000 });
});
