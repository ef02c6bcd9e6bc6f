/** The one inbox of the window, over its backend. */
import { AppError, backend } from '../backend';
import { Inbox, type InboxSource } from './inbox.svelte';
import { lasting } from './lasting.svelte';

/** What the inbox needs of a backend. */
export function inboxSource(of: typeof backend): InboxSource {
  return {
    inbox: () => of.inbox(),
    holdRule: (id) => of.holdRule(id),
    on: (event, call) => of.on(event, call),
    question: (id, signal) => of.question(id, signal),
    questionMedia: (id, at, signal) => of.questionMedia(id, at, signal),
    checkReply: (reply) => of.checkReply(reply),
    reply: (reply) => of.reply(reply),
    draft: (id) => of.draft(id),
    cancelDraft: (id) => of.cancelDraft(id),
    openLink: (url) => of.openLink(url),
    faultOf: (error) => AppError.from(error).fault,
  };
}

let own: Inbox | undefined;

/** The inbox, the same object every time. */
export function appInbox(): Inbox {
  return (own ??= lasting(() => new Inbox(inboxSource(backend))));
}
