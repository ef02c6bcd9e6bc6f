import { expect, it, vi } from 'vitest';
import { AppError } from '../backend';
import { FakeBackend } from '../backend/fake';
import { testWindow } from '../test/window';
import { Preferences } from './preferences.svelte';
import { puller } from './puller';

const order = (w: Awaited<ReturnType<typeof testWindow>>): string =>
  w.servers.groups.map((g) => `${g.name}:${g.servers.map((s) => s.id).join(',')}`).join(' ');

it('moves a server within its group, and into another', async () => {
  const w = await testWindow();
  expect(order(w)).toBe(':open,protected Work:files,search,legacy Drafts:broken,slow');
  await w.servers.step('search', -1);
  expect(order(w)).toContain('Work:search,files,legacy');
  await w.servers.step('search', 1);
  await w.servers.step('search', 1);
  expect(order(w)).toContain('Work:files,legacy,search');
  await w.servers.step('search', 1);
  expect(order(w)).toContain('Work:files,legacy,search');
  await w.servers.place('open', undefined, 'Drafts', 'slow');
  expect(order(w)).toBe(':protected Work:files,legacy,search Drafts:broken,slow,open');
});

it('brings a deleted server back to its place', async () => {
  const w = await testWindow();
  w.shell.select('search');
  await w.shell.remove('search');
  expect(w.servers.get('search')).toBeUndefined();
  expect(w.servers.removed?.name).toContain('internal search');
  expect(w.shell.selected).toBe('legacy');
  await w.shell.restore();
  expect(order(w)).toContain('Work:files,search,legacy');
  expect(w.shell.selected).toBe('search');
});

it('says why a change failed and shows the list as it is', async () => {
  const backend = new FakeBackend({ past: 0 });
  const w = await testWindow(backend);
  vi.spyOn(backend, 'deleteServer').mockRejectedValue(new AppError({ message: 'the file is read-only' }));
  await w.servers.remove('open');
  expect(w.servers.fault?.message).toBe('the file is read-only');
  expect(w.servers.removed).toBeNull();
  expect(w.servers.get('open')).toBeDefined();
});

it('follows a change made outside', async () => {
  const w = await testWindow();
  w.backend.fileError = 'line 3: unexpected }';
  w.backend.emit('servers', 99);
  await vi.waitFor(() => expect(w.servers.file.problem).toBe('line 3: unexpected }'));
});

it('searches', async () => {
  const w = await testWindow();
  w.servers.query = ' staging ';
  expect(order(w)).toBe('Work:search');
});

it('pulls once more, never twice, for what comes while it pulls', async () => {
  let release: () => void = () => undefined;
  const pull = vi.fn(() => new Promise<void>((done) => (release = done)));
  const ask = puller(pull);
  void ask();
  void ask();
  const last = ask();
  expect(pull).toHaveBeenCalledTimes(1);
  release();
  await vi.waitFor(() => expect(pull).toHaveBeenCalledTimes(2));
  release();
  await last;
  expect(pull).toHaveBeenCalledTimes(2);
});

it('keeps preferences, and takes damaged ones for none', () => {
  const kept = new Map<string, string>();
  const store = { getItem: (k: string) => kept.get(k) ?? null, setItem: (k: string, v: string) => void kept.set(k, v) };
  const first = new Preferences(store);
  first.toggleGroup('Work');
  first.setTab('a', 'tools');
  first.setRailWidth(300);
  const second = new Preferences(store);
  expect([second.isClosed('Work'), second.tab('a'), second.railWidth]).toEqual([true, 'tools', 300]);
  for (const text of ['{', 'null', '{"closed":4,"tabs":[1],"railWidth":"x"}']) {
    kept.set('sightglass.window', text);
    const damaged = new Preferences(store);
    expect([damaged.isClosed('Work'), damaged.tab('a'), damaged.railWidth]).toEqual([false, '', 240]);
  }
});
