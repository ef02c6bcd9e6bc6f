/** The tasks of the program, over its one backend. */
import { AppError, backend } from '../backend';
import { lasting } from './lasting.svelte';
import { ProfileTasks } from './tasks.svelte';

const all = new Map<string, ProfileTasks>();

/** The tasks of a profile, the same object every time: what is chosen outlives the view. */
export function tasksOf(profile: string): ProfileTasks {
  let own = all.get(profile);
  if (!own) {
    const source = Object.assign(Object.create(backend) as typeof backend, {
      faultOf: (error: unknown) => AppError.from(error).fault,
    });
    all.set(profile, (own = lasting(() => new ProfileTasks(source, profile))));
  }
  return own;
}
