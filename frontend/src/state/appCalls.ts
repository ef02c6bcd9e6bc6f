/** The rounds of calls and the headers they mirror, over the program's one backend. */
import { backend } from '../backend';
import { inboxSource } from './appInbox';
import { lasting } from './lasting.svelte';
import type { MirrorSource } from './mirror.svelte';
import { Rounds, type RoundSource } from './rounds.svelte';
import type { Run } from './runs.svelte';

const roundSource: RoundSource = {
  ...inboxSource(backend),
  rounds: (id, call) => backend.rounds(id, call),
  sendRound: (retry) => backend.sendRound(retry),
};

const rounds = new WeakMap<Run, Rounds>();

/** The rounds of a run, the same object every time: answers that are being written outlive the view. */
export function roundsOf(run: Run): Rounds {
  let own = rounds.get(run);
  if (!own) rounds.set(run, (own = lasting(() => new Rounds(roundSource, run))));
  return own;
}

export const mirrorSource: MirrorSource = { mirror: (input) => backend.mirror(input) };
