/** What is said of tasks, and how a list of them is ordered. Times are Unix microseconds. */
import { duration } from './format';

export type TaskFilter = 'all' | 'active' | 'over' | 'waiting' | 'wrong';
export type Tone = 'plain' | 'accent' | 'ok' | 'warn' | 'err';

/** What the words need to know of a task; see core.Task. Pauses and times to live are milliseconds. */
export interface TaskLike {
  readonly id: string;
  readonly tool: string;
  readonly status: string;
  readonly state: string;
  readonly message: string;
  readonly note: string;
  readonly isError: boolean;
  readonly follows: boolean;
  readonly stopped: string;
  readonly asked: number;
  readonly waiting: number;
  readonly wrong: number;
  readonly next: number;
  readonly pause: number;
  readonly ttl: number;
  readonly endless: boolean;
  readonly expires: number;
}

/** States in which nothing more comes of a task. */
const final = new Set(['completed', 'failed', 'cancelled', 'gone']);

export function isFinal(task: Pick<TaskLike, 'state'>): boolean {
  return final.has(task.state);
}

/** The badge of a task. */
export function taskBadge(task: TaskLike): { label: string; tone: Tone } {
  switch (task.state) {
    case 'working':
      return { label: task.asked > 0 ? 'cancelling' : 'working', tone: 'accent' };
    case 'input_required':
      return { label: 'input required', tone: 'warn' };
    case 'completed':
      return task.isError ? { label: 'tool error', tone: 'err' } : { label: 'completed', tone: 'ok' };
    case 'failed':
      return { label: 'failed', tone: 'err' };
    case 'cancelled':
      return { label: 'cancelled', tone: 'plain' };
    case 'gone':
      return { label: 'not known any more', tone: 'warn' };
    default:
      return { label: task.status || 'unknown', tone: 'warn' };
  }
}

/** A row of the list: a heading or a task. */
export type TaskRow<T> = { readonly heading: string; readonly count: number } | { readonly task: T };

/** The rows found: active ones, then finished ones, the newest of each first. */
export function taskRows<T extends TaskLike>(
  tasks: readonly T[],
  query: string,
  filter: TaskFilter,
): readonly TaskRow<T>[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const found = tasks
    .filter((t) => passes(t, filter))
    .filter((t) => {
      const text = [t.tool, t.id, t.status, t.message, t.note].join(' ').toLowerCase();
      return words.every((w) => text.includes(w));
    })
    .toReversed();
  const part = (heading: string, list: readonly T[]): TaskRow<T>[] =>
    list.length > 0 ? [{ heading, count: list.length }, ...list.map((task) => ({ task }))] : [];
  return [
    ...part(
      'Active',
      found.filter((t) => !isFinal(t)),
    ),
    ...part('Finished', found.filter(isFinal)),
  ];
}

function passes(task: TaskLike, filter: TaskFilter): boolean {
  switch (filter) {
    case 'active':
      return !isFinal(task);
    case 'over':
      return isFinal(task);
    case 'waiting':
      return task.waiting > 0 || task.state === 'input_required';
    case 'wrong':
      return task.wrong > 0 || task.stopped !== '' || task.state === 'failed' || task.state === 'gone';
    default:
      return true;
  }
}

/** When a task is asked about next. */
export function pollText(task: TaskLike, now: number, connected: boolean): string {
  if (isFinal(task)) return '';
  if (!connected) return 'Not asked about: there is no connection. It goes on after the next connect.';
  if (!task.follows) return task.stopped === '' ? 'Not asked about by itself' : '';
  const left = Math.max(0, task.next - now);
  const next = task.next === 0 ? '' : `, next in ${left < 1_000_000 ? '<1 s' : duration(left)}`;
  return `Every ${duration(task.pause * 1000)}${next}`;
}

/** How long the server keeps a task. */
export function lifeText(task: TaskLike, now: number): string {
  if (task.endless) return 'Without limit';
  if (task.ttl <= 0) return 'The server does not say';
  const left = task.expires - now;
  const whole = duration(task.ttl * 1000);
  return left > 0 ? `${whole}, ${duration(left)} left` : `${whole}, which are over`;
}

/** How long ago that was: "3.2 s ago", "2 min 05 s ago". */
export function agoText(at: number, now: number): string {
  if (at === 0) return 'never';
  const past = Math.max(0, now - at);
  return past < 1_000_000
    ? 'just now'
    : `${past < 60_000_000 ? `${String(Math.floor(past / 1_000_000))} s` : duration(past)} ago`;
}
