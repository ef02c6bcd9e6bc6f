/** A part of an entry that has bytes. */
export type BodyPart = 'message' | 'request' | 'response';

/** A range of a body, and how much of it there is. */
export interface BodyBytes {
  bytes: Uint8Array;
  /** True length on the wire. */
  total: number;
  /** Bytes that can be asked for. */
  kept: number;
  /** "dropped": it left memory; "cut": longer than what is kept; empty: whole. */
  state: string;
}

/** Asks for a range of a body. */
export type BodyFetch = (seq: number, part: BodyPart, offset: number, length: number, signal: AbortSignal) => Promise<BodyBytes>;

/** What is asked for at first; each "show more" doubles what is there. */
export const firstRange = 64 * 1024;
/** The most one request asks for, so that progress shows and giving up is quick. */
const rangeLimit = 4 * 1024 * 1024;

/** A body that is fetched as far as it is looked at. `close` gives up what is under way. */
export class BodyRange {
  readonly seq: number;
  readonly part: BodyPart;
  readonly #fetch: BodyFetch;
  readonly #abort = new AbortController();

  /** What is there so far, from the start. */
  bytes = $state.raw(new Uint8Array());
  total = $state(0);
  kept = $state(0);
  state = $state('');
  loading = $state(false);
  loaded = $state(false);
  problem = $state('');

  constructor(fetch: BodyFetch, seq: number, part: BodyPart) {
    this.#fetch = fetch;
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
        const got = await this.#fetch(this.seq, this.part, have, wanted, this.#abort.signal);
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
