import { AppError } from './error';
import { plain } from './settle';
import type { BodyBytes, BodyPart } from './types';

/** What is asked over fetch: everything larger than a few kilobytes, and what is given up when it leaves the screen. */
export class FetchApi {
  readonly #token: () => Promise<string>;

  /** `token` answers with the token of this run, see Hello. */
  constructor(token: () => Promise<string>) {
    this.#token = token;
  }

  json<T>(name: string, question: object, signal?: AbortSignal, limit = plain): Promise<T> {
    return this.#ask(name, question, signal, limit, async (answer) => (await answer.json()) as T);
  }

  body(seq: number, part: BodyPart, offset: number, length: number, signal?: AbortSignal): Promise<BodyBytes> {
    return this.bytes('body', { seq, part, offset, length }, signal);
  }

  /** Bytes, with what is known of the whole in headers. */
  bytes(name: string, question: object, signal?: AbortSignal): Promise<BodyBytes> {
    return this.#ask(name, question, signal, plain, async (answer) => {
      const figure = (header: string): number => Number(answer.headers.get(header) ?? 0);
      return {
        bytes: new Uint8Array(await answer.arrayBuffer()),
        total: figure('X-Total'),
        kept: figure('X-Kept'),
        state: answer.headers.get('X-State') ?? '',
      };
    });
  }

  async #ask<T>(
    name: string,
    question: object,
    signal: AbortSignal | undefined,
    limit: number,
    read: (answer: Response) => Promise<T>,
  ): Promise<T> {
    const stop = new AbortController();
    const giveUp = (): void => stop.abort();
    const clock = { late: false };
    const run = (): void => {
      clock.late = true;
      giveUp();
    };
    const timer = limit > 0 ? setTimeout(run, limit) : undefined;
    signal?.addEventListener('abort', giveUp);
    if (signal?.aborted) giveUp();
    try {
      const answer = await fetch(`/api/${name}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', 'X-Sightglass-Token': await this.#token() },
        body: JSON.stringify(question),
        signal: stop.signal,
      });
      if (!answer.ok) throw AppError.from((await answer.text()) || `${name}: HTTP ${answer.status}, not explained`);
      return await read(answer);
    } catch (thrown) {
      if (signal?.aborted) throw new AppError({ kind: 'cancelled', message: `${name}: given up` });
      if (clock.late) throw new AppError({ kind: 'timeout', message: `${name}: no answer within ${limit / 1000} s` });
      throw AppError.from(thrown);
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }
}
