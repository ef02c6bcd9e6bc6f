import type { Backend, BodyPart } from '../backend';

/** What is asked for at first; each "show more" doubles what is there. */
export const firstRange = 64 * 1024;
/** The most one request asks for, so that progress shows and giving up is quick. */
const rangeLimit = 4 * 1024 * 1024;

/** A body that is fetched as far as it is looked at. `close` gives up what is under way. */
export class BodyRange {
  readonly seq: number;
  readonly part: BodyPart;
  readonly #source: Pick<Backend, 'body'>;
  readonly #abort = new AbortController();

  /** What is there so far, from the start. */
  bytes = $state.raw(new Uint8Array());
  total = $state(0);
  kept = $state(0);
  state = $state('');
  loading = $state(false);
  loaded = $state(false);
  problem = $state('');

  constructor(source: Pick<Backend, 'body'>, seq: number, part: BodyPart) {
    this.#source = source;
    this.seq = seq;
    this.part = part;
  }

  /** Whether everything that is kept is there. */
  get whole(): boolean {
    return this.loaded && this.bytes.length >= this.kept;
  }

  /** Fetches the first range, or doubles what is there. */
  more(): Promise<void> {
    return this.upTo(Math.max(firstRange, this.bytes.length * 2));
  }

  /** Fetches until `length` bytes or all there are have come. */
  async upTo(length: number): Promise<void> {
    if (this.loading || this.whole) return;
    this.loading = true;
    this.problem = '';
    try {
      const parts = [this.bytes];
      let have = this.bytes.length;
      while (have < length && !(this.loaded && have >= this.kept)) {
        const wanted = Math.min(rangeLimit, length - have);
        const got = await this.#source.body(this.seq, this.part, have, wanted, this.#abort.signal);
        if (this.#abort.signal.aborted) return;
        this.total = got.total;
        this.kept = got.kept;
        this.state = got.state;
        this.loaded = true;
        if (got.bytes.length === 0) break;
        parts.push(got.bytes);
        have += got.bytes.length;
      }
      this.bytes = joined(parts, have);
    } catch (error) {
      if (!this.#abort.signal.aborted) this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.loading = false;
    }
  }

  /** Gives up what is under way; nothing is fetched afterwards. */
  close(): void {
    this.#abort.abort();
  }
}

function joined(parts: Uint8Array[], length: number): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
