import type { core } from '../../wailsjs/go/models';
import * as Questions from '../../wailsjs/go/app/Questions';
import type { FetchApi } from './fetch';
import type { InboxBackend } from './inbox';
import { keychain, plain, settle, unlimited } from './settle';

/** The part of the backend that is about questions, over the bridge. */
export function wailsInbox(api: FetchApi): InboxBackend {
  return {
    inbox: () => api.json<core.Inbox>('inbox', {}),
    question: (text, signal) => api.json<core.QuestionDetail>('question', { text }, signal),
    questionMedia: (text, at, signal) => api.bytes('questionmedia', { text, at, offset: 0, length: -1 }, signal),
    checkReply: (reply) => settle('check the answer', plain, Questions.Check(reply)),
    reply: (reply) => settle('answer the question', plain, Questions.Reply(reply)),
    holdRule: (id) => settle('hold the rule', plain, Questions.Hold(id)),
    answers: () => api.json<core.AnswerTemplates>('answers', {}),
    saveAnswer: (template, force) => settle('save the answer', plain, Questions.SaveAnswer(template, force)),
    deleteAnswer: (id) => settle('delete the answer', plain, Questions.DeleteAnswer(id)),
    rules: () => api.json<core.RuleList>('rules', {}),
    saveRule: (rule, force) => settle('save the rule', plain, Questions.SaveRule(rule, force)),
    deleteRule: (id) => settle('delete the rule', plain, Questions.DeleteRule(id)),
    enableRule: (id, on) => settle('change the rule', plain, Questions.EnableRule(id, on)),
    reorderRules: (ids) => settle('reorder the rules', plain, Questions.ReorderRules(ids)),
    tryRule: (rule) => settle('try the rule', plain, Questions.TryRule(rule)),
    roots: (id) => settle('list roots', plain, Questions.Roots(id)),
    setRoots: (id, roots) => settle('change roots', plain, Questions.SetRoots(id, roots)),
    pickFolder: () => settle('choose a folder', unlimited, Questions.PickFolder()),
    sampler: () => settle('read the sampler', keychain, Questions.Sampler()),
    setSampler: (input) => settle('save the sampler', keychain, Questions.SetSampler(input)),
    testSampler: () => settle('test the sampler', unlimited, Questions.TestSampler()),
    draft: (text) => api.json<core.SamplerDraft>('draft', { text }, undefined, unlimited),
    trySampler: (seq) => api.json<core.SamplerDraft>('trysampler', { seq }, undefined, unlimited),
    cancelDraft: (id) => settle('cancel the draft', plain, Questions.CancelDraft(id)),
  };
}
