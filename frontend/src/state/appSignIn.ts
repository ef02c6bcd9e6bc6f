/** The sign-ins of the program, over its one backend. */
import { backend, type core } from '../backend';
import { lasting } from './lasting.svelte';
import { SignIn } from './signIn.svelte';

type TakeReplay = (call: string, output: core.RunOutput) => void;

const takers: TakeReplay[] = [];
type Review = (profile: string, again: () => void) => void;
const reviewers: Review[] = [];
const all = new Map<string, SignIn>();

/**
 * The sign-in of a profile, the same object every time. It follows the program's events from its first use on: the
 * answer of a call that was sent again has to reach the call, whatever is on screen.
 */
export function signInOf(profile: string, source = backend): SignIn {
  let own = all.get(profile);
  if (!own) {
    own = lasting(() => new SignIn(source, profile, takeReplay, takeUnseen));
    all.set(profile, own);
    own.start();
  }
  return own;
}

/** Registers who takes the answers of refused calls that were sent again; each leaves those of others alone. */
export function onReplay(take: TakeReplay): void {
  takers.push(take);
}

/** Registers who shows settings that nobody has seen when a sign-in could not use them; `again` goes on with it. */
export function onUnseen(review: Review): void {
  reviewers.push(review);
}

function takeUnseen(profile: string, again: () => void): void {
  for (const review of reviewers) review(profile, again);
}

function takeReplay(call: string, output: core.RunOutput): void {
  for (const take of takers) take(call, output);
}
