import type { core } from '../../wailsjs/go/models';

/** What the window asks about tasks. `key` names a task here; the events `tasks` and `calls` say when to ask again. */
export interface TasksBackend {
  /** The tasks of a server that are known, connected or not. */
  tasks(id: string, signal?: AbortSignal): Promise<core.TaskList>;
  task(id: string, key: string, signal?: AbortSignal): Promise<core.TaskDetail>;
  /** What a task came to, as the outcome of the call that it is the answer to. */
  taskResult(id: string, key: string): Promise<core.RunOutput>;
  /** Asks about a task at once, and goes on if it is not over. */
  checkTask(id: string, key: string): Promise<void>;
  /** Gets the result of a task that was not fetched by itself, or once more. */
  fetchTask(id: string, key: string): Promise<void>;
  /** Asks about a task no longer; the server is not told. */
  leaveTask(id: string, key: string): Promise<void>;
  /** Asks the server to cancel a task and waits for its answer. */
  cancelTask(id: string, key: string): Promise<void>;
  /** Removes a task from the list, or with an empty key every one that is over; the server is not told. */
  forgetTask(id: string, key: string): Promise<void>;
  /** Puts a question of a task into the inbox once more. */
  askTaskAgain(id: string, key: string, question: string): Promise<void>;
  /** Reads a page of the server's own list: the first, or the next one. */
  listTasks(id: string, next: boolean): Promise<void>;
  /** Asks a modern server to push the status of its tasks, or to push it no longer. */
  pushTasks(id: string, on: boolean): Promise<void>;
}
