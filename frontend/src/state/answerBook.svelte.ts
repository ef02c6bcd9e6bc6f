import type { AppError, Backend, core, rules } from '../backend';
import { orEmpty } from '../lib/orEmpty';
import { puller } from './puller';

export type BookSource = Pick<
  Backend,
  | 'rules'
  | 'saveRule'
  | 'deleteRule'
  | 'enableRule'
  | 'reorderRules'
  | 'tryRule'
  | 'answers'
  | 'saveAnswer'
  | 'deleteAnswer'
  | 'on'
> & { faultOf(error: unknown): AppError['fault'] };

/** What came of saving: problems and suspects stopped it. */
export interface SaveOutcome {
  saved: boolean;
  problems: readonly string[];
  suspects: readonly string[];
}

/** The rules that answer questions, and the answers kept to be used again. */
export class AnswerBook {
  readonly #source: BookSource;
  rules = $state.raw<readonly core.RuleState[]>([]);
  templates = $state.raw<readonly rules.Template[]>([]);
  /** Why a file is not as shown. */
  fileError = $state('');
  file = $state('');
  read = $state(false);
  fault = $state.raw<core.Error | null>(null);
  /** What was deleted last, to be brought back, and its place. */
  removed = $state.raw<{ rule: rules.Rule; at: number } | null>(null);
  removedTemplate = $state.raw<rules.Template | null>(null);
  #users = 0;
  #end: (() => void) | undefined;

  readonly pull = puller(async () => {
    try {
      const [list, answers] = await Promise.all([this.#source.rules(), this.#source.answers()]);
      this.rules = orEmpty(list.rules);
      this.templates = orEmpty(answers.templates);
      this.file = list.file;
      this.fileError = [list.fileError, answers.fileError].filter((p) => p !== '').join(' ');
      this.read = true;
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    }
  });

  constructor(source: BookSource) {
    this.#source = source;
  }

  /** Follows the files as long as one user does. */
  start(): () => void {
    if (this.#users++ === 0) {
      this.#end = this.#source.on('questions', () => void this.pull());
      void this.pull();
    }
    return () => {
      if (--this.#users === 0) this.#end?.();
    };
  }

  /** The templates that a question of a method can be answered with. */
  templatesFor(method: string): readonly rules.Template[] {
    return this.templates.filter((t) => t.method === method);
  }

  async saveRule(rule: rules.Rule, force: boolean): Promise<SaveOutcome> {
    return this.#do<SaveOutcome>(
      async () => {
        const { saved, problems, suspects } = await this.#source.saveRule(rule, force);
        return { saved, problems: orEmpty(problems), suspects: orEmpty(suspects) };
      },
      (message) => ({ saved: false, problems: [message], suspects: [] }),
    );
  }

  async saveTemplate(template: rules.Template, force: boolean): Promise<SaveOutcome> {
    return this.#do<SaveOutcome>(
      async () => {
        const { saved, suspects } = await this.#source.saveAnswer(template, force);
        return { saved, problems: [], suspects: orEmpty(suspects) };
      },
      (message) => ({ saved: false, problems: [message], suspects: [] }),
    );
  }

  async deleteTemplate(template: rules.Template): Promise<void> {
    await this.#quietly(() => this.#source.deleteAnswer(template.id));
    this.removedTemplate = template;
  }

  async restoreTemplate(): Promise<void> {
    const back = this.removedTemplate;
    this.removedTemplate = null;
    if (back) await this.saveTemplate({ ...back, id: '' }, true);
  }

  async deleteRule(rule: rules.Rule): Promise<void> {
    const at = this.rules.findIndex((r) => r.rule.id === rule.id);
    await this.#quietly(() => this.#source.deleteRule(rule.id));
    this.removed = { rule, at };
  }

  /** Brings the rule that was deleted last back to its place. */
  async restoreRule(): Promise<void> {
    const back = this.removed;
    this.removed = null;
    if (!back) return;
    const before = new Set(this.rules.map((r) => r.rule.id));
    await this.saveRule({ ...back.rule, id: '' }, true);
    const ids = this.rules.map((r) => r.rule.id);
    const fresh = ids.find((id) => !before.has(id));
    if (!fresh) return;
    const rest = ids.filter((id) => id !== fresh);
    await this.#quietly(() => this.#source.reorderRules([...rest.slice(0, back.at), fresh, ...rest.slice(back.at)]));
  }

  enable(id: string, on: boolean): Promise<void> {
    return this.#quietly(() => this.#source.enableRule(id, on));
  }

  /** Moves a rule by one place. */
  move(id: string, by: -1 | 1): Promise<void> {
    const ids = this.rules.map((r) => r.rule.id);
    const at = ids.indexOf(id);
    const to = at + by;
    if (at < 0 || to < 0 || to >= ids.length) return Promise.resolve();
    ids.splice(at, 1);
    ids.splice(to, 0, id);
    return this.#quietly(() => this.#source.reorderRules(ids));
  }

  /** Ids of the questions in the inbox that a rule would have taken. */
  async tryRule(rule: rules.Rule): Promise<readonly string[]> {
    try {
      return orEmpty(await this.#source.tryRule(rule));
    } catch {
      return [];
    }
  }

  async #quietly(doing: () => Promise<void>): Promise<void> {
    await this.#do(doing, () => undefined);
  }

  async #do<T>(doing: () => Promise<T>, failed: (message: string) => T): Promise<T> {
    this.fault = null;
    try {
      const out = await doing();
      await this.pull();
      return out;
    } catch (error) {
      this.fault = this.#source.faultOf(error);
      return failed(this.fault.message);
    }
  }
}
