import { expect, it } from 'vitest';
import { ConnectionFeed } from './connectionFeed';

const a = { profile: 'a', rev: 3 };
const b = { profile: 'b', rev: 5 };

it('asks once for all who ask in the same turn, and tells each what is new to it', async () => {
  const asked: number[] = [];
  const feed = new ConnectionFeed((after) => {
    asked.push(after);
    return Promise.resolve([a, b].filter((c) => c.rev > after));
  });
  expect(await Promise.all([feed.after(0), feed.after(3), feed.after(5)])).toEqual([[a, b], [b], []]);
  expect(await feed.after(0)).toEqual([a, b]);
  expect(asked).toEqual([0, 5]);
});

it('asks anew for who asks while an answer is under way, and keeps the newer of two answers', async () => {
  const answers: ((all: { profile: string; rev: number }[]) => void)[] = [];
  const feed = new ConnectionFeed<{ profile: string; rev: number }>(
    () => new Promise((resolve) => answers.push(resolve)),
  );
  const first = feed.after(0);
  await Promise.resolve();
  const second = feed.after(0);
  await Promise.resolve();
  expect(answers).toHaveLength(2);
  answers[1]?.([{ profile: 'a', rev: 9 }]);
  expect(await second).toEqual([{ profile: 'a', rev: 9 }]);
  answers[0]?.([a]);
  expect(await first).toEqual([{ profile: 'a', rev: 9 }]);
});

it('fails for all who asked, and asks anew afterwards', async () => {
  let fails = true;
  const feed = new ConnectionFeed(() => (fails ? Promise.reject(new Error('gone')) : Promise.resolve([a])));
  const both = await Promise.allSettled([feed.after(0), feed.after(0)]);
  expect(both.map((r) => r.status)).toEqual(['rejected', 'rejected']);
  fails = false;
  expect(await feed.after(0)).toEqual([a]);
});
