/** The skills of the program's servers, over its one backend. */
import { AppError, backend } from '../backend';
import { lasting } from './lasting.svelte';
import { type LiveConnection, LiveLink } from './liveLink.svelte';
import { ProfileSkills } from './skills.svelte';

const all = new Map<string, ProfileSkills>();

/** The skills of a server over a backend; a test gives its own. */
export function makeSkills(source: typeof backend, profile: string): ProfileSkills {
  const link = new LiveLink<LiveConnection>(
    { connections: (after) => source.connections(after), onConnections: (call) => source.on('connections', call) },
    profile,
  );
  return new ProfileSkills(
    {
      skills: source.skills.bind(source),
      skill: source.skill.bind(source),
      readSkill: source.readSkill.bind(source),
      getSkill: source.getSkill.bind(source),
      skillDirectory: source.skillDirectory.bind(source),
      listChanges: source.listChanges.bind(source),
      dismissChanges: source.dismissChanges.bind(source),
      cancelCall: source.cancelCall.bind(source),
      faultOf: (error) => AppError.from(error).fault,
    },
    link,
  );
}

/** The skills of a profile, the same object every time: what was read outlives the view. */
export function skillsOf(profile: string): ProfileSkills {
  let own = all.get(profile);
  if (!own) all.set(profile, (own = lasting(() => makeSkills(backend, profile))));
  return own;
}
