import { beforeEach, describe, expect, it } from 'vitest';
import { FakeBackend } from '../backend/fake';
import { fakeCall, fakeCallResult } from '../backend/fake/collections';
import { AppError } from '../backend/error';
import { lasting } from './lasting.svelte';
import { SavedCalls } from './savedCalls.svelte';

const path = '/calls/smoke.mcp-calls.json';
const file = { name: 'Smoke', comment: '', variables: [], calls: [fakeCall(), fakeCall({ name: 'add' })] };

let backend: FakeBackend;
let calls: SavedCalls;

beforeEach(async () => {
  backend = new FakeBackend({ speed: 100 });
  backend.collectionsChanged = () => backend.emit('collections', 0);
  backend.setCollection(path, file);
  calls = lasting(() => new SavedCalls(backend, 'sample', (error) => AppError.from(error).fault));
  calls.start();
  await settled();
});

const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('the open file', () => {
  it('is the first one, and not dirty', () => {
    expect(calls.path).toBe(path);
    expect(calls.doc.calls.map((c) => c.name)).toEqual(['echo', 'add']);
    expect(calls.dirty).toBe(false);
  });

  it('is dirty when a call is edited, and written by saving', async () => {
    const [first] = calls.doc.calls;
    if (first) first.params = '{}';
    expect(calls.dirty).toBe(true);
    expect(await calls.save()).toBe(true);
    expect(calls.dirty).toBe(false);
    expect(backend.files.get(path)?.collection.calls[0]?.params).toBe('{}');
  });

  it('follows a change of somebody else, unless it was edited', async () => {
    backend.setCollection(path, { ...file, calls: [fakeCall({ name: 'other' })] });
    await settled();
    expect(calls.doc.calls.map((c) => c.name)).toEqual(['other']);
    calls.add();
    backend.setCollection(path, file);
    await settled();
    expect(calls.outdated).toBe(true);
    expect(calls.doc.calls).toHaveLength(2);
    expect(await calls.save()).toBe(false);
    expect(calls.fault?.message).toContain('changed by somebody else');
    expect(backend.files.get(path)?.collection.calls[0]?.name).toBe('echo');
    await calls.reload();
    expect(calls.outdated).toBe(false);
    expect(calls.doc.calls[0]?.name).toBe('echo');
  });

  it('takes a credential in by a word only, and offers a secret variable', async () => {
    const [first] = calls.doc.calls;
    if (first) first.params = '{"key":"sk-secret"}';
    expect(await calls.save()).toBe(false);
    expect([calls.unsaved, calls.dirty, calls.suspects.length, calls.fault]).toEqual([true, true, 1, null]);
    expect(JSON.stringify([...backend.files.values()])).not.toContain('sk-secret');
    await calls.runCalls();
    expect(backend.collectionDeeds).toEqual([]);
    expect(await calls.save('hide')).toBe(true);
    expect([calls.unsaved, calls.dirty, calls.suspects.length]).toEqual([false, false, 0]);
    expect(calls.doc.calls[0]?.params).toBe('{"key":"{{secret}}"}');
    expect(calls.doc.variables.map((v) => [v.name, v.secret])).toEqual([['secret', true]]);
    const [again] = calls.doc.calls;
    if (again) again.params = '{"key":"sk-secret"}';
    expect(await calls.save('keep')).toBe(true);
    expect([calls.unsaved, calls.suspects.length]).toEqual([false, 1]);
    await calls.open('');
    expect(calls.suspects).toEqual([]);
  });

  it('keeps what was edited when a secret value is given', async () => {
    backend.setCollection(path, {
      ...file,
      variables: [{ name: 'key', value: '', secret: true, given: false, comment: '' }],
    });
    await settled();
    calls.add();
    await calls.setVariable('key', 'x');
    await settled();
    expect(calls.doc.variables[0]?.given).toBe(true);
    expect(calls.dirty).toBe(true);
    expect(calls.doc.calls).toHaveLength(3);
  });

  it('moves and removes calls within bounds', () => {
    calls.move(-1);
    expect(calls.doc.calls.map((c) => c.name)).toEqual(['echo', 'add']);
    calls.move(1);
    expect(calls.doc.calls.map((c) => c.name)).toEqual(['add', 'echo']);
    expect(calls.call?.name).toBe('echo');
    calls.removeCall(1);
    expect(calls.call?.name).toBe('add');
    calls.removeCall(0);
    expect(calls.call).toBeNull();
  });
});

describe('a run', () => {
  it('saves first, and gives each call its result', async () => {
    calls.add();
    await calls.runCalls();
    expect(backend.files.get(path)?.collection.calls).toHaveLength(3);
    expect(backend.collectionDeeds).toEqual([`run ${path}`]);
    expect(calls.results.get(2)?.state).toBe('passed');
    expect(calls.running).toBe(false);
  });

  it('does not start when the file cannot be saved', async () => {
    calls.add();
    backend.setCollection(path, file);
    await calls.runCalls();
    expect(backend.collectionDeeds).toEqual([]);
    expect(calls.fault).not.toBeNull();
  });

  it('is followed until it is over', async () => {
    await calls.runCalls([1]);
    const run = [...backend.runs.values()][0];
    expect(run).toBeDefined();
    if (!run) return;
    backend.runs.set(run.run, { ...run, ended: 0, results: [] });
    calls.run = null;
    backend.collectionsChanged();
    await settled();
    expect(calls.running).toBe(true);
    backend.runs.set(run.run, { ...run, results: [fakeCallResult({ index: 1, state: 'failed' })] });
    backend.collectionsChanged();
    await settled();
    expect(calls.running).toBe(false);
    expect(calls.results.get(1)?.state).toBe('failed');
  });

  it('of the traffic marks no call of the file', async () => {
    await calls.replay([7, 8]);
    expect(calls.run?.replay).toBe(true);
    expect(calls.results.size).toBe(0);
  });
});
