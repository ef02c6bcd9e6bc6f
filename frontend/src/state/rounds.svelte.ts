import type { Backend, core } from '../backend';
import { responsesText, valueProblem } from '../lib/roundText';
import { AskedQuestion, type AskedSource } from './askedQuestion.svelte';

export type RoundSource = Pick<Backend, 'rounds' | 'sendRound'> & AskedSource;

/** What the rounds need to know of their call. */
interface CallOf {
  readonly call: string;
  readonly profile: string;
}

/** What goes back for a question: what is written, one of the answers that say no, nothing at all. */
export type HandChoice = 'answer' | 'decline' | 'cancel' | 'none';

/** The answer to one question of a round by hand: written like those of the inbox, sent with its round. */
export class HandAnswer {
  readonly of: core.HandQuestion;
  readonly question: AskedQuestion;
  choice = $state<HandChoice>('answer');

  constructor(source: AskedSource, of: core.HandQuestion) {
    this.of = of;
    this.question = new AskedQuestion(source, of.item, () => void this.#again());
    void this.question.load();
  }

  /** After the browser was opened: the question tells of it. */
  async #again(): Promise<void> {
    await this.question.load(true);
    if (this.question.detail) this.question.item = this.question.detail.item;
  }

  /** Why there is no answer to send as it stands; empty when there is. */
  readonly blocked: string = $derived.by(() => {
    if (this.choice !== 'answer') return '';
    return this.question.detail ? this.question.blocked : 'The question is not read yet.';
  });

  /** What is wrong with the answer; it can be sent all the same. */
  readonly problems: number = $derived.by(() => (this.choice === 'answer' ? this.question.found.length : 0));

  /** The member of inputResponses, JSON text; empty: none. */
  get text(): string {
    if (this.choice === 'none') return '';
    if (this.choice !== 'answer') return `{"action":"${this.choice}"}`;
    const { kind, content } = this.question.reply();
    return kind === 'accept' ? `{"action":"accept"${content ? `,"content":${content}` : ''}}` : content;
  }
}

/** A round that waits to be sent by hand, while it is edited. */
export class HandDraft {
  readonly of: core.HandRound;
  readonly answers: readonly HandAnswer[];
  state = $state('');
  noState = $state(false);
  params = $state('');

  constructor(source: AskedSource, of: core.HandRound) {
    this.of = of;
    this.answers = of.questions.map((question) => new HandAnswer(source, question));
    this.state = of.state;
    this.params = of.params;
  }

  /** In what it leaves the protocol; empty in nothing. */
  readonly edited = $derived.by(() => [
    ...(this.params !== this.of.params ? ['other params'] : []),
    ...(this.of.hasState && this.noState
      ? ['no requestState']
      : this.state !== this.of.state
        ? ['another requestState']
        : []),
    ...(this.answers.some(({ choice }) => choice === 'none') ? ['not every answer'] : []),
  ]);

  /** What is wrong with the answers. */
  readonly problems = $derived.by(() => this.answers.reduce((sum, { problems }) => sum + problems, 0));

  readonly stateProblem = $derived.by(() => (this.state === this.of.state ? '' : valueProblem(this.state, false)));
  readonly paramsProblem = $derived.by(() => (this.params === this.of.params ? '' : valueProblem(this.params, true)));
  readonly valid = $derived.by(
    () => this.stateProblem === '' && this.paramsProblem === '' && this.answers.every(({ blocked }) => blocked === ''),
  );

  retry(call: CallOf): core.HandRetry {
    return {
      profile: call.profile,
      call: call.call,
      round: this.of.round,
      responses: responsesText(this.answers.map((a) => ({ key: a.of.item.key, text: a.text }))),
      ...(this.noState ? { noState: true } : this.state !== this.of.state ? { state: this.state } : {}),
      ...(this.params !== this.of.params ? { params: this.params } : {}),
    };
  }
}

/** The rounds of one call: those that are over, and the one that waits to be sent by hand. */
export class Rounds {
  readonly #source: RoundSource;
  readonly #call: CallOf;
  all = $state.raw<core.CallRounds | null>(null);
  draft = $state.raw<HandDraft | null>(null);
  fault = $state.raw<core.Error | null>(null);
  sending = $state(false);
  #pulling = 0;

  constructor(source: RoundSource, call: CallOf) {
    this.#source = source;
    this.#call = call;
  }

  async pull(): Promise<void> {
    const mine = ++this.#pulling;
    try {
      const all = await this.#source.rounds(this.#call.profile, this.#call.call);
      if (mine !== this.#pulling) return;
      this.all = all;
      if (!all.hand) this.draft = null;
      else if (this.draft?.of.round !== all.hand.round) this.draft = new HandDraft(this.#source, all.hand);
    } catch {
      // The next change of the call asks again; the call itself has its own answer.
    }
  }

  /** Sends the round; `force`: in spite of what is wrong with its answers. */
  async send(force = false): Promise<void> {
    const draft = this.draft;
    if (!draft?.valid || this.sending) return;
    this.sending = true;
    this.fault = null;
    try {
      // What was typed last may not be checked yet.
      if (!force) await Promise.all(draft.answers.map(({ question }) => question.check()));
      for (const { question } of draft.answers) question.tried = true;
      if (draft.problems > 0 && !force) return;
      await this.#source.sendRound(draft.retry(this.#call));
      if (this.draft === draft) this.draft = null;
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    } finally {
      this.sending = false;
    }
  }
}
