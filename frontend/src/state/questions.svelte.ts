import { orEmpty } from '../lib/orEmpty';
import type { Answer, CoreError, Question } from './toolTypes';

/** What the questions need of the backend. */
export interface QuestionSource {
  questions(profile: string): Promise<Question[]>;
  answer(answer: Answer): Promise<void>;
  onQuestions(call: () => void): () => void;
  faultOf(error: unknown): CoreError;
}

/** The questions of one connection that a server asked and the user is to answer. */
export class Questions {
  readonly profile: string;
  readonly #source: QuestionSource;
  #all = $state.raw<readonly Question[]>([]);
  /** Why the last pull failed. */
  problem = $state('');
  /** Answers being sent, by question. */
  #sending = $state.raw<ReadonlySet<string>>(new Set());
  #faults = $state.raw<ReadonlyMap<string, CoreError>>(new Map());
  /** Answers being written, so that switching away loses nothing. */
  readonly #texts = new Map<string, string>();
  #pulling = false;
  #again = false;

  constructor(source: QuestionSource, profile: string) {
    this.#source = source;
    this.profile = profile;
  }

  /** Starts pulling; the returned function ends it. */
  start(): () => void {
    const stop = this.#source.onQuestions(() => void this.pull());
    void this.pull();
    return stop;
  }

  get all(): readonly Question[] {
    return this.#all;
  }

  get pending(): readonly Question[] {
    return this.#all.filter((q) => q.state === 'pending');
  }

  async pull(): Promise<void> {
    this.#again = true;
    if (this.#pulling) return;
    this.#pulling = true;
    try {
      while (this.#again) {
        this.#again = false;
        this.#all = orEmpty(await this.#source.questions(this.profile));
      }
      this.problem = '';
      this.#forget();
    } catch (error) {
      this.problem = this.#source.faultOf(error).message;
    } finally {
      this.#pulling = false;
    }
  }

  /** The answer as written so far. */
  text(question: Question): string {
    return this.#texts.get(question.id) ?? question.template;
  }

  setText(question: Question, text: string): void {
    this.#texts.set(question.id, text);
  }

  sending(question: Question): boolean {
    return this.#sending.has(question.id);
  }

  fault(question: Question): CoreError | undefined {
    return this.#faults.get(question.id);
  }

  /** Sends the answer, or declines. What the answer leads to comes with the next pull. */
  async answer(question: Question, decline: boolean): Promise<void> {
    if (this.sending(question)) return;
    this.#sending = new Set([...this.#sending, question.id]);
    this.#setFault(question.id, undefined);
    try {
      await this.#source.answer({ id: question.id, result: decline ? '' : this.text(question), decline });
      await this.pull();
    } catch (error) {
      this.#setFault(question.id, this.#source.faultOf(error));
    } finally {
      this.#sending = new Set([...this.#sending].filter((id) => id !== question.id));
    }
  }

  #setFault(id: string, fault: CoreError | undefined): void {
    const faults = new Map(this.#faults);
    if (fault) faults.set(id, fault);
    else faults.delete(id);
    this.#faults = faults;
  }

  /** Answers to questions that are over need not be kept. */
  #forget(): void {
    const live = new Set(this.pending.map((q) => q.id));
    for (const id of this.#texts.keys()) if (!live.has(id)) this.#texts.delete(id);
  }
}
