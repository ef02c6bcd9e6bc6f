import { readResult, type ToolResult } from '../lib/content';
import { parseJson, parseJsonSliced, type JsonNode, type ParseResult } from '../lib/jsonDoc';
import { get, pointerTokens } from '../lib/jsonPath';
import { chunkSize } from './bodyLines.svelte';
import type { BodyFetch, RunOutput } from './toolTypes';

/** Longer answers (bytes) are not read into a document: they are shown raw. */
export const maxPretty = 8 << 20;

/** The result in a message; that of a task may stand deeper in it. */
function at(frame: JsonNode, pointer = '/result'): JsonNode | undefined {
  let node: JsonNode | undefined = frame;
  for (const name of pointerTokens(pointer || '/result') ?? []) node = get(node, name);
  return node;
}

export type ResultState = 'none' | 'loading' | 'ready' | 'large' | 'broken';

/** The result of a run, read into a document: at once when it came with the answer, in pieces when it is long. */
export class RunResult {
  state = $state<ResultState>('none');
  result = $state.raw<ToolResult | null>(null);
  /** The whole of it, as JSON. */
  node = $state.raw<JsonNode | null>(null);
  /** Why there is none. */
  problem = $state('');
  /** Bytes read so far. */
  read = $state(0);
  readonly out: RunOutput;
  readonly #abort = new AbortController();

  constructor(out: RunOutput, fetch: BodyFetch) {
    this.out = out;
    if (out.result !== '') this.#take(parseJson(out.result), (node) => node);
    else if (out.seq === 0 || out.bytes === 0) this.state = 'none';
    else if (out.bytes > maxPretty) this.state = 'large';
    else void this.#load(fetch);
  }

  /** Gives up what is under way. */
  close(): void {
    this.#abort.abort();
  }

  async #load(fetch: BodyFetch): Promise<void> {
    this.state = 'loading';
    try {
      const text = await this.#text(fetch);
      if (text === null) return;
      // Joining, reading and showing are a piece of work each: the page breathes in between.
      await new Promise((resolve) => setTimeout(resolve));
      const parsed = await parseJsonSliced(text, this.#abort.signal);
      this.#take(parsed, (frame) => at(frame, this.out.at));
    } catch (error) {
      if (this.#abort.signal.aborted) return;
      this.#fail(error instanceof Error ? error.message : String(error));
    }
  }

  async #text(fetch: BodyFetch): Promise<string | null> {
    const decoder = new TextDecoder();
    let text = '';
    for (let offset = 0; ;) {
      const got = await fetch(this.out.seq, 'message', offset, chunkSize * 4, this.#abort.signal);
      if (this.#abort.signal.aborted) return null;
      if (got.state !== '') {
        this.#fail(
          got.state === 'dropped' ? 'the answer has left memory' : 'the answer was kept in part only; see Raw',
        );
        return null;
      }
      if (got.kept > maxPretty) {
        this.state = 'large';
        return null;
      }
      text += decoder.decode(got.bytes, { stream: true });
      offset += got.bytes.length;
      this.read = offset;
      if (got.bytes.length === 0 || offset >= got.kept) return text + decoder.decode();
    }
  }

  #take(parsed: ParseResult, pick: (node: JsonNode) => JsonNode | undefined): void {
    if (!parsed.ok) {
      this.#fail(`the answer is not JSON: ${parsed.error.message}`);
      return;
    }
    const node = pick(parsed.node);
    if (!node) {
      this.#fail('the answer has no result');
      return;
    }
    this.node = node;
    this.result = readResult(node);
    this.state = 'ready';
  }

  #fail(problem: string): void {
    this.problem = problem;
    this.state = 'broken';
  }
}
