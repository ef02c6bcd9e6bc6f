/** What the parts of the inbox ask of the window around them. */
import { getContext, setContext } from 'svelte';
import type { Inbox } from '../../state/inbox.svelte';
import type { Shell } from '../../state/shell.svelte';
import type { AnswerBook } from '../../state/answerBook.svelte';

export interface InboxContext {
  readonly inbox: Inbox;
  readonly book: AnswerBook;
  readonly shell: Shell;
  readonly onshowentries: (seqs: readonly number[]) => void;
}

const key = Symbol('inbox');
const shellKey = Symbol('shell');

/** Gives the parts below the window's shell, for those that answer questions outside of the inbox. */
export function provideShell(shell: () => Shell): void {
  setContext(shellKey, shell);
}

/** What provideShell gives, for a part that is mounted by itself. */
export function shellContext(shell: Shell): Map<symbol, () => Shell> {
  return new Map([[shellKey, () => shell]]);
}

/** Makes an inbox's context for questions that are in none. */
export function provideRound(of: Pick<InboxContext, 'inbox' | 'book' | 'onshowentries'>): void {
  const shell = getContext<(() => Shell) | undefined>(shellKey);
  setContext<InboxContext>(key, {
    ...of,
    get shell() {
      if (!shell) throw new Error('a round stands outside of the shell');
      return shell();
    },
  });
}

export function provideInbox(context: InboxContext): void {
  setContext(key, context);
}

export function useInbox(): InboxContext {
  return getContext<InboxContext>(key);
}
