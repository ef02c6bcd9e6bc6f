import { expect, it, vi } from 'vitest';
import type { core } from '../backend';
import { Completion } from './completion.svelte';

const target = { profile: 'p', prompt: 'greet', template: '', index: 0, argument: 'name' };

/** A server whose answers are let go one by one. */
function held(): { completion: Completion; asked: string[]; answer: (value: string, values: string[]) => void } {
  const asked: string[] = [];
  const waiting = new Map<string, (out: core.CompleteOutput) => void>();
  const completion = new Completion(
    {
      complete: ({ value }) => {
        asked.push(value);
        return new Promise((resolve) => waiting.set(value, resolve));
      },
    },
    target,
  );
  const answer = (value: string, values: string[]): void =>
    waiting.get(value)?.({
      call: '',
      values,
      hasMore: false,
      stale: false,
      seq: 1,
      took: 1,
      findings: [],
      offer: { asked: true } as core.Offer,
    });
  return { completion, asked, answer };
}

it('marks what it has as that of an earlier text from the first key on', async () => {
  vi.useFakeTimers();
  const { completion, asked, answer } = held();
  completion.ask('a', [], 'once');
  expect(completion.waiting).toBe(true);
  await vi.advanceTimersByTimeAsync(0);
  answer('a', ['ada', 'alan']);
  await vi.advanceTimersByTimeAsync(0);
  expect([completion.waiting, completion.values]).toEqual([false, ['ada', 'alan']]);

  completion.ask('al', [], 'typing');
  expect([completion.waiting, completion.values]).toEqual([true, ['ada', 'alan']]);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toEqual(['a', 'al']);
  // The text changes once more: what comes for the one before is nobody's any more.
  completion.ask('ala', [], 'typing');
  answer('al', ['alan', 'alma']);
  await vi.advanceTimersByTimeAsync(0);
  expect([completion.waiting, completion.values]).toEqual([true, ['ada', 'alan']]);
  await vi.advanceTimersByTimeAsync(1000);
  answer('ala', ['alan']);
  await vi.advanceTimersByTimeAsync(0);
  expect([completion.waiting, completion.values]).toEqual([false, ['alan']]);
  vi.useRealTimers();
});

it('asks for nothing once the text is again what was answered', async () => {
  vi.useFakeTimers();
  const { completion, asked, answer } = held();
  completion.ask('a', [], 'once');
  await vi.advanceTimersByTimeAsync(0);
  answer('a', ['ada']);
  await vi.advanceTimersByTimeAsync(0);
  completion.ask('ab', [], 'typing');
  completion.ask('a', [], 'typing');
  expect(completion.waiting).toBe(false);
  await vi.advanceTimersByTimeAsync(1000);
  expect(asked).toEqual(['a']);
  // Left and entered again with another neighbour: asked anew, and until then nothing can be taken.
  completion.stop();
  completion.ask('a', [{ name: 'other', value: 'x' }], 'once');
  expect(completion.waiting).toBe(true);
  vi.useRealTimers();
});
