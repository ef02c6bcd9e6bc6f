/** The view of tasks, one late part: most servers have none. */
import type { Views } from './connection/tabs';
import TasksView from './tasks/TasksView.svelte';

export const views = { tasks: TasksView } satisfies Views;
