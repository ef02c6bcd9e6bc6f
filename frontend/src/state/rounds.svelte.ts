import type { Backend, core } from '../backend';
import { answerProblem, responsesText, valueProblem } from '../lib/roundText';

export type RoundSource = Pick<Backend, 'rounds' | 'sendRound'> & { faultOf: (error: unknown) => core.Error };

/** What the rounds need to know of their call. */
interface CallOf {
  readonly call: string;
  readonly profile: string;
}

/** A round that waits to be sent by hand, while it is edited. */
export class HandDraft {
  readonly of: core.HandRound;
  /** JSON texts, one for each question; an empty one is no answer. */
  readonly answers = $state<{ key: string; text: string }[]>([]);
  state = $state('');
  noState = $state(false);
  params = $state('');

  constructor(of: core.HandRound) {
    this.of = of;
    this.answers = of.questions.map(({ key, template }) => ({ key, text: template }));
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
    ...(this.answers.some(({ text }) => text.trim() === '') ? ['not every answer'] : []),
  ]);

  /** What is wrong with an answer. */
  problem(at: number): string {
    return answerProblem(this.answers[at]?.text ?? '');
  }

  readonly stateProblem = $derived.by(() => (this.state === this.of.state ? '' : valueProblem(this.state, false)));
  readonly paramsProblem = $derived.by(() => (this.params === this.of.params ? '' : valueProblem(this.params, true)));
  readonly valid = $derived.by(
    () => this.stateProblem === '' && this.paramsProblem === '' && this.answers.every((_, i) => this.problem(i) === ''),
  );

  retry(call: CallOf): core.HandRetry {
    return {
      profile: call.profile,
      call: call.call,
      round: this.of.round,
      responses: responsesText(this.answers),
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
      else if (this.draft?.of.round !== all.hand.round) this.draft = new HandDraft(all.hand);
    } catch {
      // The next change of the call asks again; the call itself has its own answer.
    }
  }

  async send(): Promise<void> {
    const draft = this.draft;
    if (!draft?.valid || this.sending) return;
    this.sending = true;
    this.fault = null;
    try {
      await this.#source.sendRound(draft.retry(this.#call));
      if (this.draft === draft) this.draft = null;
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    } finally {
      this.sending = false;
    }
  }
}
