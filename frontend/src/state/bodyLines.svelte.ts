import { LineIndex, visible } from '../lib/lineIndex';
import type { BodyBytes } from './toolTypes';

/** Reads bytes [offset, offset + length) of something long. */
export type ReadBytes = (offset: number, length: number, signal: AbortSignal) => Promise<BodyBytes>;

/** Bytes fetched at once: a few milliseconds of work each, so the page never stalls. */
export const chunkSize = 256 << 10;
/** Chunks kept: 16 MB. Others are fetched again when they are scrolled to. */
const maxChunks = 64;
/** How far past the rows looked at the index is read ahead, in chunks. */
const aheadChunks = 4;

/** A long text in rows, read as far as it is looked at; only what is looked at is decoded. */
export class BodyLines {
  readonly #read: ReadBytes;
  readonly #abort = new AbortController();
  readonly #index: LineIndex;
  readonly #chunks = new Map<number, Uint8Array>();
  readonly #fetching = new Set<number>();
  #wanted = 1;
  #pumping = false;
  #version = $state(0);

  /** True length in bytes, once known. */
  total = $state(0);
  /** Bytes that can be read. */
  kept = $state(0);
  /** "dropped", "cut" or empty, as in BodyBytes. */
  state = $state('');
  loaded = $state(false);
  problem = $state('');

  /** `width` is the longest row in bytes. */
  constructor(read: ReadBytes, width: number) {
    this.#read = read;
    this.#index = new LineIndex(width);
    void this.#pump();
  }

  /** Rows known so far. */
  get count(): number {
    void this.#version;
    return this.#index.count;
  }

  /** Bytes whose rows are known. */
  get indexed(): number {
    void this.#version;
    return this.#index.bytes;
  }

  get whole(): boolean {
    return this.loaded && this.indexed >= this.kept;
  }

  /** The row that holds a byte, to keep the place when the width changes. */
  rowAt(byte: number): number {
    return this.#index.rowAt(byte);
  }

  /** Where a row starts. */
  start(row: number): number {
    return this.#index.row(row).from;
  }

  /** The text of a row; undefined while its bytes are on the way. */
  row(index: number): string | undefined {
    void this.#version;
    const { from, to } = this.#index.row(index);
    const first = Math.floor(from / chunkSize);
    const last = Math.floor(Math.max(from, to - 1) / chunkSize);
    const parts: Uint8Array[] = [];
    for (let c = first; c <= last; c++) {
      const chunk = this.#chunks.get(c);
      if (!chunk) {
        void this.#refetch(c);
        return undefined;
      }
      parts.push(chunk.subarray(Math.max(0, from - c * chunkSize), to - c * chunkSize));
    }
    return visible(decode(parts));
  }

  /** Tells which rows are looked at: reading goes on when they come near the end of what is known. */
  look(end: number): void {
    const { from } = this.#index.row(Math.max(0, Math.min(end, this.#index.count) - 1));
    this.#want(Math.floor(from / chunkSize) + 1 + aheadChunks);
  }

  /** Reads on to the end, so that the last row can be shown. */
  lookAll(): void {
    this.#want(Number.POSITIVE_INFINITY);
  }

  /** Gives up what is under way. */
  close(): void {
    this.#abort.abort();
  }

  #want(chunks: number): void {
    if (chunks <= this.#wanted) return;
    this.#wanted = chunks;
    void this.#pump();
  }

  async #pump(): Promise<void> {
    if (this.#pumping || this.problem !== '') return;
    this.#pumping = true;
    let busySince = performance.now();
    try {
      while (!this.#atEnd() && this.#index.bytes < this.#wanted * chunkSize) {
        const chunk = Math.floor(this.#index.bytes / chunkSize);
        const bytes = await this.#fetch(chunk);
        if (this.#abort.signal.aborted) return;
        if (bytes.length === 0) break;
        this.#index.feed(bytes);
        this.#version++;
        if (bytes.length < chunkSize) break;
        if (performance.now() - busySince > 8) {
          await new Promise((resolve) => setTimeout(resolve));
          busySince = performance.now();
        }
      }
    } catch (error) {
      if (!this.#abort.signal.aborted) this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.#pumping = false;
    }
  }

  #atEnd(): boolean {
    return this.loaded && this.#index.bytes >= this.kept;
  }

  async #fetch(chunk: number): Promise<Uint8Array> {
    const got = await this.#read(chunk * chunkSize, chunkSize, this.#abort.signal);
    this.total = got.total;
    this.kept = got.kept;
    this.state = got.state;
    this.loaded = true;
    this.#chunks.set(chunk, got.bytes);
    for (const old of this.#chunks.keys()) {
      if (this.#chunks.size <= maxChunks) break;
      this.#chunks.delete(old);
    }
    return got.bytes;
  }

  async #refetch(chunk: number): Promise<void> {
    if (this.#fetching.has(chunk)) return;
    this.#fetching.add(chunk);
    try {
      await this.#fetch(chunk);
      if (!this.#abort.signal.aborted) this.#version++;
    } catch (error) {
      if (!this.#abort.signal.aborted) this.problem = error instanceof Error ? error.message : String(error);
    } finally {
      this.#fetching.delete(chunk);
    }
  }
}

const decoder = new TextDecoder();

function decode(parts: readonly Uint8Array[]): string {
  const [only] = parts;
  if (parts.length === 1 && only) return decoder.decode(only);
  let length = 0;
  for (const p of parts) length += p.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const p of parts) {
    all.set(p, at);
    at += p.length;
  }
  return decoder.decode(all);
}

/** Reads from a text in memory. */
export function readText(text: string): ReadBytes {
  const bytes = new TextEncoder().encode(text);
  return (offset, length) =>
    Promise.resolve({
      bytes: bytes.subarray(offset, offset + length),
      total: bytes.length,
      kept: bytes.length,
      state: '',
    });
}
