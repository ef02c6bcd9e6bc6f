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

export function provideInbox(context: InboxContext): void {
  setContext(key, context);
}

export function useInbox(): InboxContext {
  return getContext<InboxContext>(key);
}
