/** The tools and runs of the program, over its one backend. */
import { AppError, backend } from '../backend';
import { Drafts } from '../lib/drafts';
import { onReplay } from './appSignIn';
import { hold } from './hold';
import { lasting } from './lasting.svelte';
import { Runs } from './runs.svelte';
import { ProfileTools } from './tools.svelte';
import type { BodyFetch } from './toolTypes';

const faultOf = (error: unknown): AppError['fault'] => AppError.from(error).fault;

const runs = new Runs(
  {
    run: (input) => backend.run(input),
    cancel: (call) => backend.cancelCall(call),
    calls: (profile) => backend.calls(profile),
    onCalls: (call) => backend.on('calls', call),
    faultOf,
  },
  hold,
);
runs.start();
onReplay((call, out) => runs.replayed(call, out));

const drafts = new Drafts(storage());
const tools = new Map<string, ProfileTools>();

/** Ranges of bodies, for results that did not come with their answer. */
export const fetchBody: BodyFetch = (seq, part, offset, length, signal) =>
  backend.body(seq, part, offset, length, signal);

/** The tools of a profile, the same object every time: what was typed outlives the view. */
export function toolsOf(profile: string): ProfileTools {
  let own = tools.get(profile);
  if (!own) {
    own = lasting(
      () =>
        new ProfileTools(
          {
            tools: (id, pages) => backend.tools(id, pages),
            tool: (id, index) => backend.tool(id, index),
            connections: (after) => backend.connections(after),
            onConnections: (call) => backend.on('connections', call),
            check: (input) => backend.check(input),
            listChanges: (id, of) => backend.listChanges(id, of),
            dismissChanges: (id, of) => backend.dismissChanges(id, of),
            faultOf,
          },
          runs,
          drafts,
          profile,
        ),
    );
    tools.set(profile, own);
  }
  return own;
}

// A draft waits for a pause in typing: when the window closes there is none.
globalThis.addEventListener('pagehide', () => {
  for (const own of tools.values()) own.flush();
});

/** localStorage throws where it is switched off. */
function storage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
