/** The one inbox of the window, over its backend. */
import { AppError, backend } from '../backend';
import { AnswerBook, type BookSource } from './answerBook.svelte';
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

/** What the rules and templates need of a backend. */
export function bookSource(of: typeof backend): BookSource {
  return {
    rules: () => of.rules(),
    saveRule: (rule, force) => of.saveRule(rule, force),
    deleteRule: (id) => of.deleteRule(id),
    enableRule: (id, on) => of.enableRule(id, on),
    reorderRules: (ids) => of.reorderRules(ids),
    tryRule: (rule) => of.tryRule(rule),
    answers: () => of.answers(),
    saveAnswer: (template, force) => of.saveAnswer(template, force),
    deleteAnswer: (id) => of.deleteAnswer(id),
    on: (event, call) => of.on(event, call),
    faultOf: (error) => AppError.from(error).fault,
  };
}

let ownBook: AnswerBook | undefined;

/** The rules and templates, the same object every time. */
export function appBook(): AnswerBook {
  return (ownBook ??= lasting(() => new AnswerBook(bookSource(backend))));
}
