import { getContext, setContext } from 'svelte';
import type { SignIn } from '../../state/signIn.svelte';

/** The way in to the server on screen: whatever shows a refusal below offers it. */
export interface WayIn {
  /** Null for a server that is not signed in to. */
  readonly signIn: SignIn | null;
  /** Why it is not, one or two sentences. */
  readonly blocked: string;
  /** The user gave an Authorization header: it is sent in place of any token. */
  readonly pinned: boolean;
  /** Shows the sign-in with all its steps. */
  onopen(): void;
}

const key = Symbol('sign-in');

export function provideWayIn(way: WayIn): void {
  setContext(key, way);
}

/** Undefined where there is no server around. */
export function useWayIn(): WayIn | undefined {
  return getContext<WayIn | undefined>(key);
}
