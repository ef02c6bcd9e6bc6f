/** The saved calls of the program, over its one backend. */
import { AppError, backend, type core } from '../backend';
import { lasting } from './lasting.svelte';
import { SavedCalls } from './savedCalls.svelte';

const all = new Map<string, SavedCalls>();
const faultOf = (error: unknown): core.Error => AppError.from(error).fault;

/** The saved calls of a server's window, the same object every time: what is edited outlives the view. */
export function savedCallsOf(profile: string): SavedCalls {
  let own = all.get(profile);
  if (!own) all.set(profile, (own = lasting(() => new SavedCalls(backend, profile, faultOf))));
  return own;
}

/** The first request among entries, with the params that a person would write. */
export async function sentCall(seqs: readonly number[]): Promise<core.SavedCall | undefined> {
  return (await backend.sentCalls(seqs))[0];
}
