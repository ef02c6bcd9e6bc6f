import type { core, rules } from '../../../wailsjs/go/models';
import { AppError } from '../error';
import type { InboxBackend } from '../inbox';
import type { BodyBytes } from '../types';
import { FakeApps } from './apps';
import type { FakeHub } from './hub';
import type { FakeQuestion } from './questions';

interface Asked {
  item: core.InboxItem;
  about: FakeQuestion;
  answer: string;
}

/** The questions of the twin, the rules, the templates, the roots and the sampler. */
export class FakeInbox extends FakeApps implements InboxBackend {
  readonly #inbox: FakeHub;
  readonly #asked: Asked[] = [];
  readonly #rules: core.RuleState[] = [];
  readonly #templates: rules.Template[] = [];
  readonly #roots = new Map<string, core.RootEntry[]>();
  #sampler: core.SamplerState = {
    settings: { url: '', model: '', timeout: 0, allowHTTP: false },
    key: 'missing',
    problem: 'No endpoint is set.',
    file: '/home/me/.config/Sightglass/sampler.json',
  };
  /** Replies that were sent, in order. */
  readonly replies: core.Reply[] = [];
  refused: core.InboxRefusal[] = [];
  hidden = 0;
  #ids = 0;

  constructor(hub: FakeHub) {
    super();
    this.#inbox = hub;
  }

  /** Asks. `quiet`: more follow, and the last of them tells. */
  ask(about: FakeQuestion, change: Partial<core.InboxItem> = {}, quiet = false): core.InboxItem {
    const item: core.InboxItem = {
      id: `q-${++this.#ids}`,
      profile: about.profile,
      conn: `c-${about.profile}`,
      server: about.profile === 'open' ? 'Sample server' : about.profile,
      method: about.method,
      mode: about.mode ?? '',
      source: about.source ?? 'request',
      call: about.call ?? '',
      tool: about.tool ?? '',
      round: 0,
      key: '',
      task: '',
      summary: about.summary,
      asked: Date.now() * 1000,
      settled: 0,
      state: 'pending',
      reason: '',
      by: '',
      entry: 3,
      findings: about.findings?.length ?? 0,
      opened: 0,
      completed: 0,
      ...change,
    };
    this.#asked.push({ item, about, answer: '' });
    if (!quiet) this.#inbox.emit('questions');
    return item;
  }

  /** Changes a question, as a server or a rule does. */
  change(id: string, change: Partial<core.InboxItem>): void {
    Object.assign(this.#find(id).item, change);
    this.#inbox.emit('questions');
  }

  inbox(): Promise<core.Inbox> {
    const questions = this.#asked.map((a) => ({ ...a.item }));
    return Promise.resolve({
      questions,
      pending: questions.filter((q) => q.state === 'pending' && !q.rule).length,
      ruled: questions.filter((q) => q.state === 'pending' && q.rule).length,
      hidden: this.hidden,
      refused: this.refused,
    });
  }

  question(id: string): Promise<core.QuestionDetail> {
    return new Promise((resolve) => {
      const { item, about, answer } = this.#find(id);
      const params = JSON.stringify(about.params);
      resolve({
        item: { ...item },
        params,
        paramsBytes: params.length,
        template: JSON.stringify(about.template),
        findings: about.findings ?? [],
        ...(about.elicitation ? { elicitation: about.elicitation } : {}),
        ...(about.sampling ? { sampling: about.sampling } : {}),
        ...(about.roots ? { roots: { roots: about.roots } } : {}),
        answer,
      });
    });
  }

  questionMedia(): Promise<BodyBytes> {
    const bytes = Uint8Array.from(
      atob('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=='),
      (c) => c.charCodeAt(0),
    );
    return Promise.resolve({ bytes, total: bytes.length, kept: bytes.length, state: '' });
  }

  checkReply(reply: core.Reply): Promise<core.Problem[]> {
    return Promise.resolve(this.#check(reply));
  }

  reply(reply: core.Reply): Promise<core.ReplyOutput> {
    return new Promise((resolve) => {
      const asked = this.#find(reply.id);
      const problems = reply.force ? [] : this.#check(reply);
      if (problems.length > 0) {
        resolve({ sent: false, problems });
        return;
      }
      this.replies.push(reply);
      asked.answer = reply.content;
      const now = Date.now() * 1000;
      if (reply.kind === 'open') asked.item.opened = now;
      if (reply.kind !== 'open' || asked.item.source !== 'error') {
        const state = reply.kind === 'decline' || reply.kind === 'error' ? 'declined' : 'answered';
        Object.assign(asked.item, { state, by: 'user', settled: now });
      }
      this.#inbox.emit('questions');
      resolve({ sent: true, problems: [] });
    });
  }

  #check(reply: core.Reply): core.Problem[] {
    if (reply.kind !== 'accept' && reply.kind !== 'result') return [];
    const { about } = this.#find(reply.id);
    const schema = JSON.parse(about.elicitation?.schema || '{}') as { required?: string[] };
    try {
      const whole = JSON.parse(reply.content || '{}') as { content?: Record<string, unknown> };
      const content = (reply.kind === 'accept' ? whole : whole.content) ?? {};
      return (schema.required ?? [])
        .filter((name) => !(name in content))
        .map((name) => ({
          path: reply.kind === 'accept' ? '' : '/content',
          message: `"${name}" is required`,
          keyword: 'required',
        }));
    } catch {
      return [{ path: '', message: 'not JSON', keyword: 'json' }];
    }
  }

  holdRule(id: string): Promise<void> {
    delete this.#find(id).item.rule;
    this.#inbox.emit('questions');
    return Promise.resolve();
  }

  answers(): Promise<core.AnswerTemplates> {
    return Promise.resolve({ templates: [...this.#templates], file: '/home/me/answers.json', fileError: '' });
  }

  saveAnswer(template: rules.Template, force: boolean): Promise<core.SavedTemplate> {
    const suspects = !force && template.content.includes('ghp_') ? ['it begins as a GitHub token does'] : [];
    if (suspects.length > 0) return Promise.resolve({ template, saved: false, suspects });
    const saved = { ...template, id: template.id || `t-${++this.#ids}` };
    this.#templates.push(saved);
    this.#inbox.emit('questions');
    return Promise.resolve({ template: saved, saved: true, suspects });
  }

  deleteAnswer(id: string): Promise<void> {
    const at = this.#templates.findIndex((t) => t.id === id);
    if (at >= 0) this.#templates.splice(at, 1);
    this.#inbox.emit('questions');
    return Promise.resolve();
  }

  rules(): Promise<core.RuleList> {
    return Promise.resolve({ rules: [...this.#rules], file: '/home/me/rules.json', fileError: '' });
  }

  saveRule(rule: rules.Rule): Promise<core.SavedRule> {
    const problems = rule.text.includes('(((') ? ['The expression cannot be read: missing closing ).'] : [];
    if (problems.length > 0) return Promise.resolve({ rule, saved: false, problems, suspects: [] });
    const saved = { ...rule, id: rule.id || `r-${++this.#ids}`, name: rule.name || rule.action };
    const at = this.#rules.findIndex((r) => r.rule.id === saved.id);
    if (at >= 0) this.#rules[at] = { fired: 0, last: 0, problem: '', ...this.#rules[at], rule: saved };
    else this.#rules.push({ rule: saved, fired: 0, last: 0, problem: '' });
    this.#inbox.emit('questions');
    return Promise.resolve({ rule: saved, saved: true, problems: [], suspects: [] });
  }

  deleteRule(id: string): Promise<void> {
    const at = this.#rules.findIndex((r) => r.rule.id === id);
    if (at >= 0) this.#rules.splice(at, 1);
    this.#inbox.emit('questions');
    return Promise.resolve();
  }

  enableRule(id: string, on: boolean): Promise<void> {
    const at = this.#rules.findIndex((r) => r.rule.id === id);
    const old = this.#rules[at];
    if (old) this.#rules[at] = { ...old, rule: { ...old.rule, enabled: on } };
    this.#inbox.emit('questions');
    return Promise.resolve();
  }

  reorderRules(ids: string[]): Promise<void> {
    this.#rules.sort((a, b) => ids.indexOf(a.rule.id) - ids.indexOf(b.rule.id));
    this.#inbox.emit('questions');
    return Promise.resolve();
  }

  tryRule(rule: rules.Rule): Promise<string[]> {
    return Promise.resolve(
      this.#asked.filter((a) => rule.method === '' || a.item.method === rule.method).map((a) => a.item.id),
    );
  }

  roots(id: string): Promise<core.RootList> {
    return Promise.resolve({
      profile: id,
      roots: this.#roots.get(id) ?? [],
      declared: true,
      live: true,
      changes: true,
      asked: 0,
      told: this.#roots.has(id) ? Date.now() * 1000 : 0,
    });
  }

  setRoots(id: string, roots: core.RootEntry[]): Promise<core.RootList> {
    this.#roots.set(
      id,
      roots.map((r) => ({ ...r, problem: r.uri.startsWith('file://') ? '' : 'A root has to be a file:// URI.' })),
    );
    return this.roots(id);
  }

  pickFolder(): Promise<string> {
    return Promise.resolve('file:///home/me/picked');
  }

  trySampler(): Promise<core.SamplerDraft> {
    return this.draft();
  }

  sampler(): Promise<core.SamplerState> {
    return Promise.resolve(this.#sampler);
  }

  setSampler(input: core.SamplerInput): Promise<core.SamplerState> {
    this.#sampler = {
      ...this.#sampler,
      settings: input.settings,
      key: input.clearKey ? 'missing' : input.key ? 'keychain' : this.#sampler.key,
      problem: input.settings.url ? '' : 'No endpoint is set.',
    };
    return this.sampler();
  }

  testSampler(): Promise<core.SamplerDraft> {
    return this.draft();
  }

  async draft(): Promise<core.SamplerDraft> {
    await this.#inbox.wait(300);
    const result = {
      role: 'assistant',
      content: { type: 'text', text: 'It will rain.' },
      model: 'llama3.2',
      stopReason: 'endTurn',
    };
    return {
      result: JSON.stringify(result),
      model: 'llama3.2',
      took: 812_000,
      entry: 9,
      problems: [],
      findings: [],
      ...(this.#sampler.problem
        ? {
            result: '',
            err: {
              ...new AppError({
                kind: 'input',
                message: 'no endpoint is set',
                hint: 'Set one in the sampler’s settings.',
              }).fault,
            },
          }
        : {}),
    };
  }

  cancelDraft(): Promise<void> {
    return Promise.resolve();
  }

  #find(id: string): Asked {
    const found = this.#asked.find((a) => a.item.id === id);
    if (!found) throw new AppError({ kind: 'input', message: 'this question is not in the inbox any more' });
    return found;
  }
}
