import { backend } from '../backend';
import { shownRequests } from './shownRequests';

/** Requests of the traffic that are to be sent once more. */
export interface Asked {
  /** Requests, or what belongs to them: answers stand for theirs. */
  readonly seqs: readonly number[];
  /** What they are called in the question. */
  readonly title: string;
  /** There are more than are taken. */
  readonly more?: boolean;
}

/** The question on which server requests are to be sent again, as they are or changed. Its dialog is a late part. */
export class Again {
  #asked = $state.raw<Asked | null>(null);

  get asked(): Asked | null {
    return this.#asked;
  }

  ask(seqs: readonly number[], title: string): void {
    this.#asked = { seqs, title };
  }

  /** The same for every request among the rows of a view. */
  async askShown(view: string): Promise<void> {
    const { seqs, more } = await shownRequests(backend, view);
    this.#asked = { seqs, title: '', more };
  }

  close(): void {
    this.#asked = null;
  }
}

export const again = new Again();
