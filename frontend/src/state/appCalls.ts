/** The rounds of calls and the headers they mirror, over the program's one backend. */
import { AppError, backend } from '../backend';
import type { MirrorSource } from './mirror.svelte';
import type { RoundSource } from './rounds.svelte';

const faultOf = (error: unknown): AppError['fault'] => AppError.from(error).fault;

export const roundSource: RoundSource = {
  rounds: (id, call) => backend.rounds(id, call),
  sendRound: (retry) => backend.sendRound(retry),
  faultOf,
};

export const mirrorSource: MirrorSource = { mirror: (input) => backend.mirror(input) };
