import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test, vi } from 'vitest';
import { AppError } from '../../backend';
import { FakeBackend } from '../../backend/fake';
import { fakeTask } from '../../backend/fake/tasks';
import { lasting } from '../../state/lasting.svelte';
import { ProfileTasks } from '../../state/tasks.svelte';
import { expectAccessible } from '../../test/axe';
import TasksView from './TasksView.svelte';

function shown(
  fake: FakeBackend,
  onshowentries = vi.fn(),
): { tasks: ProfileTasks; onshowentries: typeof onshowentries } {
  const tasks = lasting(() => new ProfileTasks(fake, 'open', (error) => AppError.from(error).fault));
  render(TasksView, { profile: 'open', tasks, onshowentries });
  return { tasks, onshowentries };
}

test('lists tasks and shows the chosen one with its result', async () => {
  const fake = new FakeBackend({ speed: 1000, past: 0 });
  fake.setTasks('open', [
    fakeTask({ state: 'completed', status: 'completed', over: true, result: true, follows: false }),
    fakeTask({ key: 't2', tool: 'dig', waiting: 1, state: 'input_required', status: 'input_required' }),
  ]);
  const { onshowentries } = shown(fake);
  const user = userEvent.setup();
  const list = await screen.findByRole('listbox', { name: 'Tasks' });
  expect(list.textContent).toMatch(/Active 1.*dig.*Finished 1.*survey/s);
  list.focus();
  await user.keyboard('{ArrowDown}');
  const page = await screen.findByRole('region', { name: 'Task dig' });
  expect(within(page).getByText('It waits for input')).toBeTruthy();
  await user.click(within(page).getByRole('button', { name: 'Cancel' }));
  await user.click(within(page).getByRole('button', { name: 'Stop asking' }));
  expect(fake.taskDeeds).toEqual(['cancel t2', 'leave t2']);
  list.focus();
  await user.keyboard('{ArrowDown}{Enter}');
  const other = await screen.findByRole('region', { name: 'Task survey' });
  expect(await within(other).findByText('Surveyed 6 places')).toBeTruthy();
  expect(onshowentries).toHaveBeenCalledWith([11, 12]);
  await user.click(within(other).getByRole('tab', { name: /^Task/ }));
  expect(await within(other).findByRole('tree', { name: 'The task as it last came' })).toBeTruthy();
  await user.click(within(other).getByRole('tab', { name: /^History/ }));
  expect(await within(other).findByText('Setting out')).toBeTruthy();
  await expectAccessible();
  await user.click(screen.getByRole('button', { name: 'Clear the finished ones' }));
  expect(fake.taskDeeds.at(-1)).toBe('forget');
});

test('says why there are none, what was filtered out, and what failed', async () => {
  const fake = new FakeBackend({ speed: 1000, past: 0 });
  const none = { live: true, form: 'core', client: true, server: false, calls: false, list: false, cancel: false };
  fake.setTasks('open', [], { offer: { ...none, push: false, text: 'The server does not declare tasks.' } });
  const { tasks } = shown(fake);
  expect(await screen.findByText('The server does not declare tasks.')).toBeTruthy();
  fake.setTasks('open', [fakeTask()]);
  await tasks.pull();
  tasks.query = 'zzz';
  expect(await screen.findByText('Nothing matches')).toBeTruthy();
  await userEvent.setup().click(screen.getByRole('button', { name: 'Show all' }));
  expect(await screen.findByRole('listbox', { name: 'Tasks' })).toBeTruthy();
  fake.setTasks('open', []);
  await tasks.pull();
  fake.tasks = () => Promise.reject(new AppError({ ...AppError.from('x').fault, message: 'the bridge is down' }));
  await tasks.pull();
  expect(await screen.findByText('the bridge is down')).toBeTruthy();
});
