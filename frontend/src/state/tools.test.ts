import { beforeEach, describe, expect, test } from 'vitest';
import type { core, ListKind } from '../backend';
import { Drafts } from '../lib/drafts';
import { Runs } from './runs.svelte';
import { type Link, ProfileTools, type ToolsSource } from './tools.svelte';
import type { CallState, CoreError, Problem, RunInput, RunOutput, Tool, ToolList } from './toolTypes';

const fault = (over: Partial<CoreError>): CoreError => ({
  server: '',
  kind: 'internal',
  step: '',
  message: '',
  hint: '',
  detail: '',
  status: 0,
  headers: [],
  rpcCode: 0,
  rpc: '',
  entries: [],
  fingerprint: '',
  ...over,
});
const faultOf = (e: unknown): CoreError => fault({ message: e instanceof Error ? e.message : String(e) });
const tool = (name: string, over: Partial<Tool> = {}): Tool => ({ index: 0, name, title: '', summary: '', ...over });
const output = (over: Partial<RunOutput>): RunOutput => ({
  call: '',
  seq: 2,
  request: 1,
  bytes: 10,
  took: 5,
  result: '{"content":[]}',
  isError: false,
  problems: [],
  output: [],
  findings: [],
  rounds: 0,
  ...over,
});

/** A backend that answers what the test says. */
class Source implements ToolsSource {
  list: Tool[] = [];
  link: Link = { profile: 'p', conn: 'c1', rev: 1, phase: 'connected', toolsChanged: false };
  schema = '{"type":"object"}';
  problems: Problem[] = [];
  checked: RunInput[] = [];
  reads: string[] = [];
  fail: Error | null = null;
  nudge: () => void = () => undefined;

  more: Partial<ToolList> = {};

  tools(_profile: string, pages: string) {
    this.reads.push(pages);
    if (this.fail) return Promise.reject(this.fail);
    return Promise.resolve({
      tools: this.list.map((t, index) => ({ ...t, index })),
      pages: 1,
      more: false,
      cursor: '',
      seqs: [3],
      at: 0,
      findings: [],
      ...this.more,
    });
  }
  tool(_profile: string, index: number) {
    const own = this.list[index] ?? tool('');
    return Promise.resolve({ tool: own, description: '', inputSchema: this.schema, outputSchema: '', raw: '{}' });
  }
  changes: Partial<core.ListChanges> = {};
  dismissed: string[] = [];
  listChanges(_profile: string, of: ListKind) {
    return Promise.resolve({ of, since: 1, at: 2, items: [], gone: [], ...this.changes });
  }
  dismissChanges(profile: string, of: ListKind) {
    this.dismissed.push(`${profile} ${of}`);
    this.changes = {};
    return Promise.resolve();
  }
  check(input: RunInput) {
    this.checked.push(input);
    return Promise.resolve(this.problems);
  }
  connections(after: number) {
    return Promise.resolve(this.link.rev > after ? [this.link] : []);
  }
  onConnections(call: () => void) {
    this.nudge = call;
    return () => undefined;
  }
  faultOf = faultOf;
}

/** Runs that the test finishes. */
class Calls {
  readonly started: { input: RunInput; done: (out: RunOutput) => void; fail: (e: unknown) => void }[] = [];
  states: CallState[] = [];
  cancelled: string[] = [];
  readonly runs = new Runs({
    run: (input) => new Promise((done, fail) => this.started.push({ input, done, fail })),
    cancel: (call) => {
      this.cancelled.push(call);
      return Promise.resolve();
    },
    calls: () => Promise.resolve(this.states),
    onCalls: () => () => undefined,
    faultOf,
  });
}

const settle = () => new Promise((resolve) => setTimeout(resolve, 5));

async function until(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds() && Date.now() < end) await settle();
  expect(holds()).toBe(true);
}

let source: Source;
let calls: Calls;
let drafts: Drafts;
let tools: ProfileTools;

beforeEach(() => {
  source = new Source();
  calls = new Calls();
  drafts = new Drafts(localStorage);
  tools = new ProfileTools(source, calls.runs, drafts, 'p');
});

describe('the list', () => {
  test('is read once a connection is there, and again for a new one', async () => {
    source.list = [tool('a')];
    source.link = { ...source.link, phase: 'connecting' };
    tools.start();
    await settle();
    expect(tools.list.state).toBe('unread');
    source.link = { ...source.link, phase: 'connected', rev: 2 };
    source.nudge();
    await until(() => tools.list.state === 'ready');
    source.nudge();
    await settle();
    expect(source.reads).toEqual(['']);
    source.link = { ...source.link, conn: 'c2', rev: 3 };
    source.nudge();
    await until(() => source.reads.length === 2);
  });

  test('is read page by page where the settings say so, and asked for when the server’s time is over', async () => {
    source.list = [tool('a')];
    source.link = { ...source.link, paged: true };
    source.more = { more: true, cursor: '', cache: { ttl: 1000, scope: 'private', until: 0, stale: '' } };
    tools.start();
    await until(() => tools.list.state === 'ready');
    expect([tools.list.more, tools.list.pages, tools.list.cursor]).toEqual([true, 1, '']);
    await tools.further('next');
    await tools.refresh();
    await tools.revisit();
    expect(source.reads).toEqual(['', 'next', 'first', '']);
    source.more = { cache: { ttl: 1000, scope: '', until: Number.MAX_SAFE_INTEGER, stale: '' } };
    await tools.further('all');
    await tools.revisit();
    expect(source.reads).toHaveLength(5);
    expect(tools.list.more).toBe(false);
  });

  test('marks what is new, changed and gone until it is dismissed, and keeps the chosen tool', async () => {
    source.list = [tool('a'), tool('b'), tool('c')];
    await tools.load('c1', '');
    expect(tools.list.marks.some).toBe(false);
    tools.select(2);
    source.list = [tool('new'), tool('a', { title: 'A' }), tool('c')];
    source.changes = {
      items: [
        { index: 0, mark: 'new', fields: [] },
        { index: 1, mark: 'changed', fields: [{ path: 'inputSchema.type', was: '"a"', now: '"b"' }] },
      ],
      gone: [{ key: 'b', title: '' }],
    };
    await tools.load('c2', '');
    await until(() => tools.list.marks.some);
    expect([0, 1, 2].map((i) => tools.list.marks.get(i))).toEqual(['new', 'changed', undefined]);
    expect([tools.list.marks.about(0), tools.list.marks.about(1)]).toEqual(['', 'Changed: inputSchema.type']);
    expect(tools.list.marks.gone.map((t) => t.key)).toEqual(['b']);
    expect(tools.tools[tools.selected]?.name).toBe('c');
    await tools.list.marks.dismiss();
    expect(tools.list.marks.some).toBe(false);
    expect(source.dismissed).toEqual(['p tools']);
    await tools.load('c2', '');
    await settle();
    expect(tools.list.marks.some).toBe(false);
  });

  test('reads a list that changed again by itself, if the server is set so, and not in a tight loop', async () => {
    source.link = { ...source.link, autoRefresh: true };
    tools.start();
    await until(() => tools.list.state === 'ready');
    source.link = { ...source.link, toolsChanged: true, rev: 2 };
    source.nudge();
    await until(() => source.reads.length === 2);
    expect(source.reads).toEqual(['', 'all']);
    const began = Date.now();
    for (let rev = 3; rev < 6; rev++) {
      source.link = { ...source.link, rev };
      source.nudge();
      await settle();
    }
    await until(() => source.reads.length === 3);
    expect(Date.now() - began).toBeGreaterThan(800);
    source.link = { ...source.link, toolsChanged: false, autoRefresh: false, rev: 6 };
    source.nudge();
    await settle();
    source.link = { ...source.link, toolsChanged: true, rev: 7 };
    source.nudge();
    await settle();
    expect(source.reads).toHaveLength(3);
  });

  test('keeps duplicates apart', async () => {
    source.list = [tool('twin'), tool('twin', { title: 'other' })];
    await tools.load('c1', '');
    tools.select(0);
    const first = tools.session;
    first?.args.setText('{"a":1}');
    tools.select(1);
    expect(tools.session).not.toBe(first);
    expect(tools.session?.args.wire).toBe('{}');
    expect(tools.session?.tool.title).toBe('other');
    tools.select(0);
    expect(tools.session?.args.wire).toBe('{"a":1}');
  });

  test('a failure is told, and what was read stays', async () => {
    source.fail = new Error('no answer');
    await tools.load('c1', '');
    expect(tools.list.state).toBe('failed');
    expect(tools.list.fault?.message).toBe('no answer');
    source.fail = null;
    source.list = [tool('a')];
    await tools.refresh();
    expect(tools.list.state).toBe('ready');
    expect(source.reads).toEqual(['', 'all']);
  });

  test('comes back to the tool chosen last', async () => {
    source.list = [tool('a'), tool('b')];
    await tools.load('c1', '');
    tools.select(1);
    const again = new ProfileTools(source, calls.runs, drafts, 'p');
    await again.load('c1', '');
    expect(again.selected).toBe(1);
  });
});

describe('a tool', () => {
  async function open(): Promise<NonNullable<ProfileTools['session']>> {
    source.list = [tool('a')];
    await tools.load('c1', '');
    const session = tools.session;
    if (!session) throw new Error('no session');
    await until(() => session.detail !== null);
    return session;
  }

  test('arguments are checked after a pause, and only the last', async () => {
    const session = await open();
    await until(() => source.checked.length === 1);
    source.problems = [{ path: '/n', message: 'm', keyword: 'type' }];
    for (const n of ['1', '12', '9007199254740993']) session.args.setText(`{"n":${n}}`);
    await until(() => session.found.length === 1);
    expect(source.checked.map((c) => c.args)).toEqual(['{}', '{"n":9007199254740993}']);
    expect(session.problems.get('/n')?.length).toBe(1);
  });

  test('required constants are there, drafts come back, secrets do not', async () => {
    source.schema =
      '{"type":"object","properties":{"v":{"const":1},"w":{"const":2},"d":{"default":3}},"required":["v"]}';
    const session = await open();
    expect(session.args.wire).toBe('{"v":1}');
    session.args.setText('{"v":1,"n":1.10,"password":"hush"}');
    session.keepDraft();
    const again = new ProfileTools(source, calls.runs, drafts, 'p');
    await again.load('c1', '');
    expect(again.session?.args.wire).toBe('{"v":1,"n":1.10}');
    expect(JSON.stringify({ ...localStorage })).not.toContain('hush');
  });

  test('several runs at once; the newest is shown until another is chosen', async () => {
    const session = await open();
    session.args.setText('{"n":1}');
    const first = session.run(false);
    session.args.setText('{"n":2}');
    const second = session.run(false);
    // What is over at once never shows as running.
    expect(session.shown).toBeNull();
    expect(session.pending).toBe(true);
    await until(() => second.long);
    expect(session.shown).toBe(second);
    expect(session.pending).toBe(false);
    expect(calls.started.map((s) => s.input.args)).toEqual(['{"n":1}', '{"n":2}']);
    expect(new Set(calls.started.map((s) => s.input.call)).size).toBe(2);
    calls.started[0]?.done(output({ took: 1234 }));
    await until(() => first.state === 'done');
    expect(second.state).toBe('running');
    expect(first.took).toBe(1234);
    session.show(first);
    expect(session.shown).toBe(first);
    session.restore(first);
    expect(session.args.wire).toBe('{"n":1}');
    const third = session.run(false);
    expect(session.shown).toBe(second);
    calls.started[2]?.done(output({}));
    await until(() => third.state === 'done');
    expect(session.shown).toBe(third);
  });

  test.each<[Partial<RunOutput>, string]>([
    [{}, 'done'],
    [{ isError: true }, 'tool-error'],
    [{ err: fault({ kind: 'rpc', message: 'no' }) }, 'failed'],
    [{ err: fault({ kind: 'cancelled' }), seq: 0 }, 'cancelled'],
    [{ seq: 0, request: 0, problems: [{ path: '', message: 'm', keyword: 'k' }] }, 'unsent'],
    [{ problems: null as unknown as Problem[] }, 'done'],
  ])('%j is %s', async (over, want) => {
    const session = await open();
    const run = session.run(false);
    calls.started[0]?.done(output(over));
    await until(() => run.state !== 'running');
    expect(run.state).toBe(want);
  });

  test('a rejected call failed; cancel asks once', async () => {
    const session = await open();
    const run = session.run(false);
    session.cancel(run);
    await settle();
    expect(calls.cancelled).toEqual([run.call]);
    calls.started[0]?.fail(new Error('gone'));
    await until(() => run.state === 'failed');
    expect(run.fault?.message).toBe('gone');
    session.cancel(run);
    expect(calls.cancelled.length).toBe(1);
  });

  test('progress reaches its run', async () => {
    const session = await open();
    const run = session.run(false);
    calls.states = [
      { call: run.call, profile: 'p', tool: 'a', started: 0, progress: 2, total: 8, message: 'step', waiting: 1 },
    ];
    await calls.runs.pull();
    expect([run.progress, run.total, run.message, run.waiting]).toEqual([2, 8, 'step', 1]);
  });
});
