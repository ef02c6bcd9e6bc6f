/** The raw requests of the program, over its one backend. */
import { AppError, backend } from '../backend';
import { Drafts } from '../lib/drafts';
import { onReplay } from './appSignIn';
import { hold } from './hold';
import { lasting } from './lasting.svelte';
import { RawRequests, type RawFrames } from './rawRequests.svelte';
import { Runs, type RunSource } from './runs.svelte';

/** A request is a run whose tool is the method and whose arguments are the params. */
export const rawSource: RunSource = {
  run: ({ call, profile, tool, args, headers, extra }) =>
    backend.requestRaw({
      call,
      profile,
      method: tool,
      params: args,
      ...(headers ? { headers } : {}),
      ...(extra ? { extra } : {}),
    }),
  cancel: (call) => backend.cancelCall(call),
  calls: (profile) => backend.calls(profile),
  onCalls: (call) => backend.on('calls', call),
  faultOf: (error) => AppError.from(error).fault,
};

/** Frames by hand, over the backend. */
export const rawFrames: RawFrames = {
  draft: (input) => backend.rawDraft(input),
  headers: (profile, frame) => backend.rawHeaders(profile, frame),
  send: (input) => backend.sendRaw(input),
  cancel: (call) => backend.cancelCall(call),
  faultOf: (error) => AppError.from(error).fault,
};

const runs = new Runs(rawSource, hold, 'raw');
runs.start();
onReplay((call, out) => runs.replayed(call, out));

const drafts = new Drafts(storage());
const all = new Map<string, RawRequests>();

/** The raw requests of a profile, the same object every time: what was typed outlives the view. */
export function rawOf(profile: string): RawRequests {
  let own = all.get(profile);
  if (!own) all.set(profile, (own = lasting(() => new RawRequests(runs, rawFrames, drafts, storage(), profile))));
  return own;
}

// A draft waits for a pause in typing: when the window closes there is none.
globalThis.addEventListener('pagehide', () => {
  for (const own of all.values()) own.flush();
});

/** localStorage throws where it is switched off. */
function storage(): Storage | null {
  try {
    return globalThis.localStorage;
  } catch {
    return null;
  }
}
