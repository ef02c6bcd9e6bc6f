/** The comparison of the program, over its one backend. */
import { backend, type Backend, type BodyPart } from '../backend';
import { BodyRange } from './bodyRange.svelte';
import { Compare, type CompareSide } from './compare.svelte';

export const compare = new Compare();

/** Bytes of a side that are compared: more would fill the page's memory. */
export const maxCompared = 32 * 1024 * 1024;

/** A recorded body as a side of a comparison. */
export function bodySide(
  seq: number,
  title: string,
  note = '',
  part: BodyPart = 'message',
  source: Pick<Backend, 'body'> = backend,
): CompareSide {
  return {
    title,
    note,
    load: async (signal) => {
      const body = new BodyRange(source, seq, part);
      signal.addEventListener('abort', () => body.close());
      await body.upTo(maxCompared);
      signal.throwIfAborted();
      if (body.problem !== '') throw new Error(body.problem);
      if (!body.whole) throw new Error('it is larger than 32 MiB: so much is not compared');
      if (body.total > 0 && body.kept === 0) throw new Error('its bytes have left memory');
      return new TextDecoder().decode(body.bytes);
    },
  };
}

/** A text that is there already as a side. */
export function textSide(title: string, text: string, note = ''): CompareSide {
  return { title, note, load: () => Promise.resolve(text) };
}
