import type { core } from '../../../wailsjs/go/models';
import type { TasksBackend } from '../tasks';
import { FakeCollections } from './collections';

/** A task of the twin: working, asked about every second. */
export function fakeTask(change: Partial<core.Task> = {}): core.Task {
  const now = Date.now() * 1000;
  return {
    key: 't1',
    id: '786512e2-9e0d-44bd-8f29-789f320fe840',
    form: 'extension',
    listed: false,
    call: 'run-1',
    tool: 'survey',
    status: 'working',
    state: 'working',
    message: 'Surveyed 2 of 6 places',
    created: '2026-08-22T10:30:00Z',
    updated: '2026-08-22T10:30:02Z',
    ttl: 600_000,
    endless: false,
    interval: 1000,
    pause: 1000,
    next: now + 600_000,
    polls: 4,
    known: now - 4_000_000,
    heard: now - 400_000,
    expires: now + 596_000_000,
    follows: true,
    stopped: '',
    asked: 0,
    note: '',
    waiting: 0,
    over: false,
    result: false,
    isError: false,
    wrong: 0,
    entries: [11, 12],
    ...change,
  };
}

/** The tasks of the twin: a list to be set, and what the window asked for. */
export class FakeTasks extends FakeCollections implements TasksBackend {
  /** By profile. */
  readonly taskLists = new Map<string, core.TaskList>();
  readonly taskDetails = new Map<string, Partial<core.TaskDetail>>();
  readonly taskResults = new Map<string, core.RunOutput>();
  /** "cancel t1": what was asked for, in order. */
  readonly taskDeeds: string[] = [];

  /** Makes these the tasks of a profile. */
  setTasks(id: string, tasks: core.Task[], change: Partial<core.TaskList> = {}): void {
    const offer = { live: true, form: 'extension', client: true, server: true, calls: true };
    this.taskLists.set(id, {
      tasks,
      offer: { ...offer, list: false, cancel: true, push: true, text: '' },
      pushed: false,
      agreed: 0,
      listed: false,
      more: false,
      pages: 0,
      findings: [],
      ...change,
    });
  }

  tasks(id: string): Promise<core.TaskList> {
    if (!this.taskLists.has(id)) this.setTasks(id, []);
    return Promise.resolve(structuredClone(this.taskLists.get(id)) as core.TaskList);
  }

  task(id: string, key: string): Promise<core.TaskDetail> {
    const task = this.taskLists.get(id)?.tasks.find((t) => t.key === key) ?? fakeTask({ key });
    const raw = JSON.stringify({ taskId: task.id, status: task.status, ttlMs: task.ttl });
    return Promise.resolve({
      task,
      raw,
      entry: 12,
      findings: [],
      history: [{ status: 'working', message: 'Setting out', at: task.known, entry: 11 }],
      inputs: [],
      ...this.taskDetails.get(key),
    });
  }

  taskResult(_id: string, key: string): Promise<core.RunOutput> {
    const plain = { call: 'run-1', seq: 12, request: 11, bytes: 60, took: 900, isError: false, rounds: 0 };
    const lists = { problems: [], output: [], findings: [] };
    const result = '{"content":[{"type":"text","text":"Surveyed 6 places"}]}';
    return Promise.resolve(this.taskResults.get(key) ?? { ...plain, ...lists, result, task: key });
  }

  checkTask = this.#deed('check');
  fetchTask = this.#deed('fetch');
  leaveTask = this.#deed('leave');
  cancelTask = this.#deed('cancel');
  forgetTask = this.#deed('forget');
  askTaskAgain = this.#deed('ask');
  listTasks = this.#deed('list');
  pushTasks = this.#deed('push');

  #deed(name: string): (_id: string, ...about: unknown[]) => Promise<void> {
    return (_id, ...about) => {
      this.taskDeeds.push([name, ...about.map(String)].join(' ').trim());
      return Promise.resolve();
    };
  }
}
