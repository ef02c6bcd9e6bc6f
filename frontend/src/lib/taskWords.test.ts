import { expect, test } from 'vitest';
import { agoText, lifeText, pollText, taskBadge, taskRows, type TaskLike } from './taskWords';

function fakeTask(change: Partial<TaskLike & { key: string }> = {}): TaskLike & { key: string } {
  const words = {
    key: 't1',
    id: '786512e2',
    tool: 'survey',
    status: 'working',
    state: 'working',
    message: '',
    note: '',
  };
  const figures = { asked: 0, waiting: 0, wrong: 0, next: 0, pause: 1000, ttl: 600_000, expires: 0 };
  return { ...words, ...figures, isError: false, follows: true, stopped: '', endless: false, ...change };
}

test.each([
  [{}, 'working', 'accent'],
  [{ asked: 1 }, 'cancelling', 'accent'],
  [{ state: 'input_required' }, 'input required', 'warn'],
  [{ state: 'completed' }, 'completed', 'ok'],
  [{ state: 'completed', isError: true }, 'tool error', 'err'],
  [{ state: 'failed' }, 'failed', 'err'],
  [{ state: 'cancelled' }, 'cancelled', 'plain'],
  [{ state: 'gone' }, 'not known any more', 'warn'],
  [{ state: 'unknown', status: 'sleeping' }, 'sleeping', 'warn'],
  [{ state: 'unknown', status: '' }, 'unknown', 'warn'],
])('badge of %o', (change, label, tone) => {
  expect(taskBadge(fakeTask(change))).toEqual({ label, tone });
});

test('active tasks come first, the newest of each part on top, with what is searched for', () => {
  const tasks = [
    fakeTask({ key: 'a', tool: 'dig' }),
    fakeTask({ key: 'b', state: 'completed', status: 'completed' }),
    fakeTask({ key: 'c', wrong: 1, waiting: 1 }),
    fakeTask({ key: 'd', state: 'gone', message: 'Task not found' }),
  ];
  const keys = (query: string, filter: Parameters<typeof taskRows>[2]): string[] =>
    taskRows(tasks, query, filter).map((r) => ('task' in r ? r.task.key : `${r.heading} ${String(r.count)}`));
  expect(keys('', 'all')).toEqual(['Active 2', 'c', 'a', 'Finished 2', 'd', 'b']);
  expect(keys('', 'active')).toEqual(['Active 2', 'c', 'a']);
  expect(keys('', 'over')).toEqual(['Finished 2', 'd', 'b']);
  expect(keys('', 'waiting')).toEqual(['Active 1', 'c']);
  expect(keys('', 'wrong')).toEqual(['Active 1', 'c', 'Finished 1', 'd']);
  expect(keys('DIG', 'all')).toEqual(['Active 1', 'a']);
  expect(keys('not found task', 'all')).toEqual(['Finished 1', 'd']);
  expect(keys('nothing', 'all')).toEqual([]);
});

test('says when a task is asked about, and how long it is kept', () => {
  const now = 1_000_000_000;
  expect(pollText(fakeTask({ next: now + 2_500_000 }), now, true)).toBe('Every 1.00 s, next in 2.50 s');
  expect(pollText(fakeTask({ next: now - 1 }), now, true)).toBe('Every 1.00 s, next in <1 s');
  expect(pollText(fakeTask(), now, false)).toMatch(/no connection/);
  expect(pollText(fakeTask({ follows: false }), now, true)).toBe('Not asked about by itself');
  expect(pollText(fakeTask({ follows: false, stopped: 'You stopped it.' }), now, true)).toBe('');
  expect(pollText(fakeTask({ state: 'completed' }), now, true)).toBe('');
  expect(lifeText(fakeTask({ endless: true }), now)).toBe('Without limit');
  expect(lifeText(fakeTask({ ttl: 0 }), now)).toBe('The server does not say');
  expect(lifeText(fakeTask({ expires: now + 30_000_000 }), now)).toBe('10 min 00 s, 30.0 s left');
  expect(lifeText(fakeTask({ expires: now - 1 }), now)).toBe('10 min 00 s, which are over');
  expect([agoText(0, now), agoText(now, now), agoText(now - 5_200_000, now), agoText(now - 65_000_000, now)]).toEqual([
    'never',
    'just now',
    '5 s ago',
    '1 min 05 s ago',
  ]);
});
