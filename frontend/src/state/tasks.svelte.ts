import type { Backend, core } from '../backend';
import { isFinal, taskRows, type TaskFilter } from '../lib/taskWords';
import type { TasksBackend } from '../backend/tasks';
import { puller } from './puller';
import { Run } from './runs.svelte';

export type TasksSource = TasksBackend & Pick<Backend, 'on'>;

/** What is done about a task, and with an empty key about the list. */
export type TaskDeed = 'cancel' | 'check' | 'fetch' | 'leave' | 'list' | 'push';

/** The tasks of one server: the list, what is chosen of it, and what is being done. */
export class ProfileTasks {
  readonly profile: string;
  readonly #source: TasksSource;
  readonly #faultOf: (error: unknown) => core.Error;
  list = $state.raw<core.TaskList | null>(null);
  /** Why the list could not be read. */
  fault = $state.raw<core.Error | null>(null);
  query = $state('');
  filter = $state<TaskFilter>('all');
  #key = $state('');
  detail = $state.raw<core.TaskDetail | null>(null);
  /** What the chosen task came to, as a run that is over; null while there is nothing. */
  result = $state.raw<Run | null>(null);
  /** `deed key`: what was refused, and why. */
  #faults = $state.raw<ReadonlyMap<string, core.Error>>(new Map());
  #busy = $state.raw<ReadonlySet<string>>(new Set());
  /** Which task and answer the result shown is of. */
  #shown = '';

  readonly tasks = $derived(this.list?.tasks ?? []);
  readonly rows = $derived(taskRows(this.tasks, this.query, this.filter));
  /** Position of the chosen task in `rows`, -1 when it is not among them. */
  readonly active = $derived(this.rows.findIndex((r) => 'task' in r && r.task.key === this.#key));
  readonly chosen = $derived(this.tasks.find((t) => t.key === this.#key) ?? null);
  readonly finished = $derived(this.tasks.filter(isFinal).length);

  readonly #pull = puller(async () => {
    try {
      this.list = await this.#source.tasks(this.profile);
      this.fault = null;
      await this.#readChosen();
    } catch (error) {
      this.fault = this.#faultOf(error);
    }
  });

  constructor(source: TasksSource, profile: string, faultOf: (error: unknown) => core.Error) {
    this.#source = source;
    this.#faultOf = faultOf;
    this.profile = profile;
  }

  /** Follows the program's events; the returned function ends it. */
  start(): () => void {
    const pull = (): void => void this.#pull();
    const ends = (['tasks', 'questions', 'connections'] as const).map((event) => this.#source.on(event, pull));
    pull();
    return () => {
      for (const end of ends) end();
    };
  }

  /** Reads what is known again; the server is not asked. */
  pull(): Promise<void> {
    return this.#pull();
  }

  get key(): string {
    return this.#key;
  }

  /** Chooses a task by its key. */
  select(key: string): void {
    if (key === this.#key) return;
    this.#key = key;
    this.detail = null;
    this.result = null;
    this.#shown = '';
    void this.#readChosen();
  }

  async #readChosen(): Promise<void> {
    const key = this.#key;
    if (key === '') return;
    try {
      const detail = await this.#source.task(this.profile, key);
      if (key !== this.#key) return;
      this.detail = detail;
      await this.#readResult(detail.task);
    } catch {
      // It was removed from the list.
      if (key === this.#key) this.detail = null;
    }
  }

  /** The result of a task does not change: it is read once for each state the task ends in. */
  async #readResult(task: core.Task): Promise<void> {
    const sign = `${task.key} ${task.state} ${String(task.result)} ${task.stopped} ${String(task.err !== undefined)}`;
    if (sign === this.#shown) return;
    if (!task.result && !task.over) {
      this.result = null;
      return;
    }
    this.#shown = sign;
    const out = await this.#source.taskResult(this.profile, task.key);
    if (task.key !== this.#key) return;
    const run = new Run(
      { call: task.call, profile: this.profile, tool: task.tool, index: -1, args: '', force: false },
      '',
    );
    run.finish(out);
    this.result = run;
  }

  busy(deed: TaskDeed, key = ''): boolean {
    return this.#busy.has(`${deed} ${key}`);
  }

  /** Why the last try of anything about a task, or with an empty key the list, failed. */
  faultAt(key = ''): core.Error | undefined {
    for (const [at, fault] of this.#faults) if (at.slice(at.indexOf(' ') + 1) === key) return fault;
    return undefined;
  }

  /** Does something about a task. What comes of it is in the list. */
  async do(deed: Exclude<TaskDeed, 'list' | 'push'>, key: string): Promise<void> {
    const { profile } = this;
    const source = this.#source;
    const deeds = {
      cancel: () => source.cancelTask(profile, key),
      check: () => source.checkTask(profile, key),
      fetch: () => source.fetchTask(profile, key),
      leave: () => source.leaveTask(profile, key),
    };
    if (deed === 'fetch') this.#shown = '';
    await this.#doing(deed, key, deeds[deed]);
  }

  /** Asks about every task that is not over, and for the server's own list where it has one. */
  async refresh(): Promise<void> {
    const open = this.tasks.filter((t) => !isFinal(t));
    await this.#doing('list', '', async () => {
      if (this.list?.offer.list) await this.#source.listTasks(this.profile, false);
      await Promise.all(open.map((t) => this.#source.checkTask(this.profile, t.key)));
    });
  }

  /** Reads the next page of the server's own list. */
  async next(): Promise<void> {
    await this.#doing('list', '', () => this.#source.listTasks(this.profile, true));
  }

  async push(on: boolean): Promise<void> {
    await this.#doing('push', '', () => this.#source.pushTasks(this.profile, on));
  }

  /** Removes a task from the list, or with an empty key every finished one. */
  async forget(key: string): Promise<void> {
    await this.#source.forgetTask(this.profile, key);
    if (key === this.#key || (key === '' && this.chosen && isFinal(this.chosen))) this.select('');
    await this.pull();
  }

  async askAgain(key: string, question: string): Promise<void> {
    await this.#doing('check', key, () => this.#source.askTaskAgain(this.profile, key, question));
  }

  async #doing(deed: TaskDeed, key: string, work: () => Promise<void>): Promise<void> {
    const name = `${deed} ${key}`;
    if (this.#busy.has(name)) return;
    this.#busy = new Set([...this.#busy, name]);
    this.#setFault(name, undefined);
    try {
      await work();
    } catch (error) {
      this.#setFault(name, this.#faultOf(error));
    } finally {
      this.#busy = new Set([...this.#busy].filter((b) => b !== name));
      await this.pull();
    }
  }

  #setFault(name: string, fault: core.Error | undefined): void {
    const faults = new Map(this.#faults);
    if (fault) faults.set(name, fault);
    else faults.delete(name);
    this.#faults = faults;
  }
}
