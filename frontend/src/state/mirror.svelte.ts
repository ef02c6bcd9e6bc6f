import type { Backend, core } from '../backend';

export type MirrorSource = Pick<Backend, 'mirror'>;

/** Milliseconds without a change before the headers are asked for. */
const pause = 150;

/** The headers that a call would repeat a part of itself in, as it stands. */
export class Mirroring {
  readonly #source: MirrorSource;
  found = $state.raw<core.Mirrors | null>(null);
  /** Why there are none. */
  problem = $state('');
  #asking = 0;

  constructor(source: MirrorSource) {
    this.#source = source;
  }

  /** Asks for the headers of a call once it rests; the returned function gives that up. */
  ask(input: core.RunInput): () => void {
    const mine = ++this.#asking;
    const timer = setTimeout(() => {
      this.#source.mirror(input).then(
        (found) => {
          if (mine !== this.#asking) return;
          this.found = found;
          this.problem = '';
        },
        (error: unknown) => {
          if (mine === this.#asking) this.problem = error instanceof Error ? error.message : String(error);
        },
      );
    }, pause);
    return () => clearTimeout(timer);
  }
}
