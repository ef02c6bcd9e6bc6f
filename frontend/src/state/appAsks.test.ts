import { expect, it } from 'vitest';
import { Asks, type Ask } from './appAsks.svelte';

const tool = (subject: string): Ask => ({
  kind: 'tool',
  title: 'call',
  subject,
  detail: '',
  yes: 'Call it',
  always: 'Allow',
});
const link: Ask = { kind: 'link', title: 'open', subject: 'example.com', detail: '', yes: 'Open it' };

it('waits for the user, one question after the other', async () => {
  const asks = new Asks();
  const one = asks.ask(tool('a'));
  const two = asks.ask(link);
  expect(asks.waiting.map((w) => w.ask.subject)).toEqual(['a', 'example.com']);
  asks.answer(asks.waiting[0]?.id ?? 0, true);
  asks.answer(asks.waiting[0]?.id ?? 0, false);
  expect(await one).toBe('');
  expect(await two).toMatch(/refused/);
  expect(asks.waiting).toEqual([]);
});

it('allows one tool for the rest of the run, and no other', async () => {
  const asks = new Asks();
  const all = [asks.ask(tool('a')), asks.ask(tool('b')), asks.ask(tool('a'))];
  asks.answer(asks.waiting[0]?.id ?? 0, true, true);
  expect(asks.waiting.map((w) => w.ask.subject)).toEqual(['b']);
  expect(await all[0]).toBe('');
  expect(await all[2]).toBe('');
  expect(await asks.ask(tool('a'))).toBe('');
  // What has no button for it is asked each time.
  void asks.ask(link);
  asks.answer(asks.waiting[1]?.id ?? 0, true, true);
  void asks.ask(link);
  expect(asks.waiting.map((w) => w.ask.kind)).toEqual(['tool', 'link']);
});

it('refuses what is too much, and all once the app has ended', async () => {
  const asks = new Asks();
  const first = asks.ask(link);
  for (let i = 0; i < 7; i++) void asks.ask(link);
  expect(await asks.ask(link)).toBe('8 questions wait already');
  asks.end();
  expect(await first).toMatch(/ended/);
  expect(await asks.ask(tool('a'))).toMatch(/ended/);
  expect(asks.waiting).toEqual([]);
});
