import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from './error';
import { settle, unlimited } from './settle';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const never = new Promise<string>(() => undefined);

it('rejects when a bound method never answers', async () => {
  const outcome = settle('save server', 2000, never).catch((error: unknown) => error);
  await vi.advanceTimersByTimeAsync(2000);
  const error = await outcome;
  expect(error).toBeInstanceOf(AppError);
  expect((error as AppError).kind).toBe('timeout');
  expect((error as AppError).message).toBe('save server: the program did not answer within 2 s');
});

it('waits without end where a person or a server is waited for', async () => {
  const done = vi.fn();
  settle('call tool', unlimited, never).then(done, done);
  await vi.advanceTimersByTimeAsync(24 * 3600 * 1000);
  expect(done).not.toHaveBeenCalled();
});

it('leaves no timer behind', async () => {
  expect(await settle('x', 1000, Promise.resolve(4))).toBe(4);
  await expect(settle('x', 1000, Promise.reject(new Error('{"message":"no","kind":"input"}')))).rejects.toMatchObject({
    message: 'no',
    fault: { kind: 'input' },
  });
  expect(vi.getTimerCount()).toBe(0);
});
