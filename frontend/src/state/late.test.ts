import { expect, test } from 'vitest';
import { Late } from './late.svelte';

test('loads once, however often it is asked', async () => {
  const asked: string[] = [];
  const part = new Late(() => {
    asked.push('load');
    return Promise.resolve('part');
  });
  expect(part.value).toBeUndefined();
  await Promise.all([part.load(), part.load()]);
  await part.load();
  expect(part.value).toBe('part');
  expect(asked).toEqual(['load']);
});

test('says why it could not be loaded, and tries again when asked again', async () => {
  const answers = [Promise.reject(new Error('no such file')), Promise.resolve('part')];
  const part = new Late(() => answers.shift() ?? Promise.reject(new Error('asked too often')));
  await part.load();
  expect(() => part.value).toThrow('no such file');
  await part.load();
  expect(part.value).toBe('part');
});
