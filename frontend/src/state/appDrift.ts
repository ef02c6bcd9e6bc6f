/** The drift of the program's servers, over its one backend. */
import { AppError, backend } from '../backend';
import { compare } from './appCompare';
import { ProfileDrift } from './drift.svelte';
import { lasting } from './lasting.svelte';

const all = new Map<string, ProfileDrift>();

/** The drift of a server over a backend; a test gives its own. */
export function makeDrift(source: typeof backend, profile: string): ProfileDrift {
  return new ProfileDrift(
    {
      drift: source.drift.bind(source),
      driftItem: source.driftItem.bind(source),
      driftText: source.driftText.bind(source),
      nameSnapshot: source.nameSnapshot.bind(source),
      acceptSnapshot: source.acceptSnapshot.bind(source),
      deleteSnapshot: source.deleteSnapshot.bind(source),
      readInterface: source.readInterface.bind(source),
      on: source.on.bind(source),
      faultOf: (error: unknown) => AppError.from(error).fault,
    },
    compare,
    profile,
  );
}

/** The drift of a profile, the same object every time: what is compared with outlives the view. */
export function driftOf(profile: string): ProfileDrift {
  let own = all.get(profile);
  if (!own) all.set(profile, (own = lasting(() => makeDrift(backend, profile))));
  return own;
}
