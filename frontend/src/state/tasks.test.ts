import { expect, test } from 'vitest';
import { AppError } from '../backend';
import { FakeBackend } from '../backend/fake';
import { fakeTask } from '../backend/fake/tasks';
import { lasting } from './lasting.svelte';
import { ProfileTasks } from './tasks.svelte';

function made(): { fake: FakeBackend; tasks: ProfileTasks } {
  const fake = new FakeBackend({ speed: 1000, past: 0 });
  return { fake, tasks: lasting(() => new ProfileTasks(fake, 'open', (error) => AppError.from(error).fault)) };
}

test('follows the list and the chosen task, and reads its result once it is over', async () => {
  const { fake, tasks } = made();
  fake.setTasks('open', [fakeTask(), fakeTask({ key: 't2', tool: 'dig' })]);
  const stop = tasks.start();
  await tasks.pull();
  expect(tasks.rows).toHaveLength(3);
  tasks.select('t1');
  await expect.poll(() => tasks.detail?.raw ?? '').toContain('786512e2');
  expect([tasks.active, tasks.result]).toEqual([2, null]);
  fake.setTasks('open', [fakeTask({ state: 'completed', status: 'completed', over: true, result: true })]);
  fake.emit('tasks', 1);
  await expect.poll(() => tasks.result?.state).toBe('done');
  const first = tasks.result;
  await tasks.pull();
  expect(tasks.result).toBe(first);
  expect([tasks.finished, tasks.active]).toEqual([1, 1]);
  stop();
});

test('does what is asked, one at a time, and keeps why it was refused', async () => {
  const { fake, tasks } = made();
  fake.setTasks('open', [fakeTask(), fakeTask({ key: 't2', state: 'completed', over: true })], {
    offer: {
      live: true,
      form: 'core',
      client: true,
      server: true,
      calls: true,
      list: true,
      cancel: true,
      push: false,
      text: '',
    },
  });
  await tasks.pull();
  const twice = [tasks.do('cancel', 't1'), tasks.do('cancel', 't1')];
  expect(tasks.busy('cancel', 't1')).toBe(true);
  await Promise.all(twice);
  await tasks.refresh();
  await tasks.next();
  await tasks.push(true);
  await tasks.askAgain('t1', 'name');
  tasks.select('t2');
  await tasks.forget('');
  expect(tasks.key).toBe('');
  expect(fake.taskDeeds).toEqual([
    'cancel t1',
    'list false',
    'check t1',
    'list true',
    'push true',
    'ask t1 name',
    'forget',
  ]);

  fake.cancelTask = () => Promise.reject(new AppError({ ...AppError.from('x').fault, message: 'no such task' }));
  await tasks.do('cancel', 't1');
  expect(tasks.faultAt('t1')?.message).toBe('no such task');
  expect(tasks.faultAt()).toBeUndefined();
  await tasks.do('check', 't1');
  expect(tasks.busy('cancel', 't1')).toBe(false);
});
