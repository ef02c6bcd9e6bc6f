import type { core } from '../../wailsjs/go/models';
import * as Tasks from '../../wailsjs/go/app/Tasks';
import type { FetchApi } from './fetch';
import { plain, settle, unlimited } from './settle';
import type { TasksBackend } from './tasks';

/** The part of the backend that is about tasks, over the bridge. */
export function wailsTasks(api: FetchApi): TasksBackend {
  return {
    tasks: (profile, signal) => api.json<core.TaskList>('tasks', { profile }, signal),
    task: (profile, text, signal) => api.json<core.TaskDetail>('task', { profile, text }, signal),
    taskResult: (id, key) => settle("show the task's result", plain, Tasks.Result(id, key)),
    checkTask: (id, key) => settle('check task', plain, Tasks.Check(id, key)),
    fetchTask: (id, key) => settle("get the task's result", plain, Tasks.Fetch(id, key)),
    leaveTask: (id, key) => settle('leave task', plain, Tasks.Leave(id, key)),
    cancelTask: (id, key) => settle('cancel task', unlimited, Tasks.Cancel(id, key)),
    forgetTask: (id, key) => settle('remove task', plain, Tasks.Forget(id, key)),
    askTaskAgain: (id, key, question) => settle('ask again', plain, Tasks.AskAgain(id, key, question)),
    listTasks: (id, next) => settle('list tasks', unlimited, Tasks.List(id, next)),
    pushTasks: (id, on) => settle('push the status of tasks', unlimited, Tasks.Push(id, on)),
  };
}
