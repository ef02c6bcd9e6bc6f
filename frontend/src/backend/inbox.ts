import type { core, rules } from '../../wailsjs/go/models';
import type { BodyBytes } from './types';

/** What the window asks about the questions of servers, the rules that answer them, roots and the sampler. */
export interface InboxBackend {
  /** The questions of all connections, in order of asking. */
  inbox(): Promise<core.Inbox>;
  question(id: string, signal?: AbortSignal): Promise<core.QuestionDetail>;
  /** Bytes of an image or audio of a question; `at` is its JSON Pointer in the params. */
  questionMedia(id: string, at: string, signal?: AbortSignal): Promise<BodyBytes>;
  /** What is wrong with an answer; nothing is sent. */
  checkReply(reply: core.Reply): Promise<core.Problem[]>;
  reply(reply: core.Reply): Promise<core.ReplyOutput>;
  /** Keeps a rule from answering a question. */
  holdRule(id: string): Promise<void>;

  answers(): Promise<core.AnswerTemplates>;
  /** Keeps an answer as a template; what looks like a credential stops it unless forced. */
  saveAnswer(template: rules.Template, force: boolean): Promise<core.SavedTemplate>;
  deleteAnswer(id: string): Promise<void>;

  rules(): Promise<core.RuleList>;
  saveRule(rule: rules.Rule, force: boolean): Promise<core.SavedRule>;
  deleteRule(id: string): Promise<void>;
  enableRule(id: string, on: boolean): Promise<void>;
  reorderRules(ids: string[]): Promise<void>;
  /** The questions of the inbox that a rule would have taken. */
  tryRule(rule: rules.Rule): Promise<string[]>;

  roots(id: string): Promise<core.RootList>;
  /** Replaces the roots of a server's settings and tells a live legacy server. */
  setRoots(id: string, roots: core.RootEntry[]): Promise<core.RootList>;

  /** Asks for a folder by the system's dialog; answers with its file URI, empty when the user cancelled. */
  pickFolder(): Promise<string>;

  sampler(): Promise<core.SamplerState>;
  setSampler(input: core.SamplerInput): Promise<core.SamplerState>;
  testSampler(): Promise<core.SamplerDraft>;
  /** Asks the endpoint for an answer to a sampling question, however long it takes; `cancelDraft` ends it. */
  draft(id: string): Promise<core.SamplerDraft>;
  /** Puts the messages of a recorded answer to prompts/get to the endpoint; no server is told. */
  trySampler(seq: number): Promise<core.SamplerDraft>;
  /** Ends a draft under way, the test with an empty id, or what trySampler asks with "try". */
  cancelDraft(id: string): Promise<void>;
}
