/** A thing an app may do only when the user says so. */
export interface Ask {
  readonly kind: 'tool' | 'link' | 'file';
  readonly title: string;
  /** What it is about: a tool's name, the true host of a link. */
  readonly subject: string;
  readonly detail: string;
  /** What the button says that allows it. */
  readonly yes: string;
  /** What the button says that allows it for the rest of the run; none: it is asked each time. */
  readonly always?: string | undefined;
}

interface Waiting {
  readonly id: number;
  readonly ask: Ask;
  settle(why: string): void;
}

const over = 'the app has ended';

/** Questions that wait for the user at once: an app that asks more gets no for an answer. */
const maxAsks = 8;

/** The questions of one app, asked one after the other. */
export class Asks {
  readonly #allowed = new Set<string>();
  #last = 0;
  #waiting = $state.raw<readonly Waiting[]>([]);
  #ended = false;

  get waiting(): readonly Waiting[] {
    return this.#waiting;
  }

  /** Resolves with why it may not, empty when it may. */
  ask(ask: Ask): Promise<string> {
    if (this.#ended) return Promise.resolve(over);
    if (ask.always && this.#allowed.has(key(ask))) return Promise.resolve('');
    if (this.#waiting.length >= maxAsks) return Promise.resolve(`${String(maxAsks)} questions wait already`);
    return new Promise((resolve) => {
      this.#waiting = [...this.#waiting, { id: ++this.#last, ask, settle: resolve }];
    });
  }

  /** Answers a question; `always` answers those like it too, now and later. */
  answer(id: number, yes: boolean, always = false): void {
    const one = this.#waiting.find((w) => w.id === id);
    if (!one) return;
    if (always) this.#allowed.add(key(one.ask));
    const these = this.#waiting.filter((w) => w === one || (always && key(w.ask) === key(one.ask)));
    this.#waiting = this.#waiting.filter((w) => !these.includes(w));
    for (const w of these) w.settle(yes ? '' : 'you refused it');
  }

  /** Answers all with no. */
  end(): void {
    this.#ended = true;
    const all = this.#waiting;
    this.#waiting = [];
    for (const w of all) w.settle(over);
  }
}

function key(ask: Ask): string {
  return `${ask.kind} ${ask.subject}`;
}
