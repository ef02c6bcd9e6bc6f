/** What is looked at of connections, over the one backend. */
import { AppError, backend } from '../backend';
import { ItemIcons } from './itemIcons.svelte';
import { lasting } from './lasting.svelte';
import { Overview } from './overview.svelte';
import { ServerLog } from './serverLog.svelte';

const faultOf = (error: unknown): AppError['fault'] => AppError.from(error).fault;
const overviews = new Map<string, Overview>();
const logs = new Map<string, ServerLog>();

/** The icons of all servers. */
export const icons = lasting(() => new ItemIcons({ icon: (place) => backend.icon(place), faultOf }));

/** What is known of a profile's connection, the same object every time. */
export function overviewOf(profile: string): Overview {
  let own = overviews.get(profile);
  if (!own) {
    own = lasting(
      () =>
        new Overview(
          {
            overview: (id) => backend.overview(id),
            ping: (id) => backend.ping(id),
            checkServed: (id, all) => backend.checkServed(id, all),
            stopCheck: (id) => backend.stopCheck(id),
            on: (event, call) => backend.on(event, call),
            faultOf,
          },
          profile,
        ),
    );
    overviews.set(profile, own);
  }
  return own;
}

/** What a profile's server logged, the same object every time: the filter outlives the view. */
export function logOf(profile: string): ServerLog {
  let own = logs.get(profile);
  if (!own) {
    own = lasting(
      () =>
        new ServerLog(
          {
            logs: (input) => backend.logs(input),
            setLogLevel: (id, level) => backend.setLogLevel(id, level),
            saveLog: (input) => backend.saveLog(input),
            on: (event, call) => backend.on(event, call),
            faultOf,
          },
          profile,
        ),
    );
    logs.set(profile, own);
  }
  return own;
}
