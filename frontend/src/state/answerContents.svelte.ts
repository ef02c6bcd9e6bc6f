import type { Backend, core } from '../backend';
import { BodyRange } from './bodyRange.svelte';

export type ContentsSource = Pick<Backend, 'contents' | 'content' | 'saveContent'> & {
  faultOf: (error: unknown) => core.Error;
};

/** The typed view of one recorded answer: its content items, and their bytes as far as they are looked at. */
export class AnswerContents {
  readonly seq: number;
  readonly #source: ContentsSource;
  readonly #abort = new AbortController();
  readonly #bytes = new Map<string, BodyRange>();
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  contents = $state.raw<core.Contents | null>(null);
  fault = $state.raw<core.Error | null>(null);

  constructor(source: ContentsSource, seq: number) {
    this.#source = source;
    this.seq = seq;
    void this.#load();
  }

  /** Gives up what is under way. */
  close(): void {
    this.#abort.abort();
    for (const range of this.#bytes.values()) range.close();
  }

  async #load(): Promise<void> {
    try {
      this.contents = await this.#source.contents(this.seq, this.#abort.signal);
      this.state = 'ready';
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.fault = this.#source.faultOf(error);
      this.state = 'failed';
    }
  }

  /** The decoded bytes of an item, the same object every time; nothing is fetched by that. */
  bytesOf(at: string): BodyRange {
    let range = this.#bytes.get(at);
    if (!range) {
      range = new BodyRange(
        { body: (seq, _part, offset, length, signal) => this.#source.content(seq, at, offset, length, signal) },
        this.seq,
        'message',
      );
      this.#bytes.set(at, range);
    }
    return range;
  }

  /** A range of an item's bytes, for what reads as it is looked at. */
  read(at: string, offset: number, length: number, signal: AbortSignal): ReturnType<Backend['content']> {
    return this.#source.content(this.seq, at, offset, length, signal);
  }

  /** The whole text of an item. */
  async text(item: core.Content): Promise<string> {
    if (!item.cut) return item.text;
    return new TextDecoder().decode(await this.whole(item.at));
  }

  /** All bytes of an item. */
  async whole(at: string): Promise<Uint8Array> {
    const range = this.bytesOf(at);
    await range.upTo(Infinity);
    if (!range.whole) throw new Error(range.problem || 'not all of it could be read');
    return range.bytes;
  }

  /** Asks where to and writes an item there; answers with the path, empty when the user cancelled. */
  save(at: string): Promise<string> {
    return this.#source.saveContent(this.seq, at);
  }
}
