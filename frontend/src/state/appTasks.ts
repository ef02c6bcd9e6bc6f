/** The tasks of the program, over its one backend. */
import { AppError, backend } from '../backend';
import { lasting } from './lasting.svelte';
import { ProfileTasks } from './tasks.svelte';

const all = new Map<string, ProfileTasks>();

/** The tasks of a profile, the same object every time: what is chosen outlives the view. */
export function tasksOf(profile: string): ProfileTasks {
  let own = all.get(profile);
  if (!own) {
    own = lasting(() => new ProfileTasks(backend, profile, (error) => AppError.from(error).fault));
    all.set(profile, own);
  }
  return own;
}
