import { expect, it } from 'vitest';
import { AppError } from './error';

it('reads the JSON of a core.Error', () => {
  const error = AppError.from(
    '{"server":"s","kind":"connect","step":"start process","message":"npx: not found","hint":"install it","headers":null,"entries":[3]}',
  );
  expect(error.message).toBe('npx: not found');
  expect(error.kind).toBe('connect');
  expect(error.hint).toBe('install it');
  expect(error.fault.headers).toEqual([]);
  expect(error.fault.entries).toEqual([3]);
});

it.each([
  ['plain text', 'plain text'],
  ['{"no":"message"}', '{"no":"message"}'],
  ['{broken', '{broken'],
  [new Error('inner'), 'inner'],
  [{ odd: 1 }, '{"odd":1}'],
  ['', 'something went wrong, without a message'],
])('takes %j as a message', (thrown, message) => {
  const error = AppError.from(thrown);
  expect(error.message).toBe(message);
  expect(error.fault.entries).toEqual([]);
});

it('passes an AppError on', () => {
  const error = new AppError({ message: 'x' });
  expect(AppError.from(error)).toBe(error);
});
