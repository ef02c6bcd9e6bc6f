import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { FakeBackend } from '../backend/fake';
import { appTraffic } from '../state/appTraffic';
import { lasting } from '../state/lasting.svelte';
import { expectAccessible } from '../test/axe';
import { followGiven } from './given';

test('shows the file that the program was started with, and the next one that comes', async () => {
  const fake = new FakeBackend({ speed: 1000, past: 0 });
  fake.kept.given = ['run.sightglass'];
  const { traffic, captures, dock } = lasting(() => appTraffic(fake));
  dock.hide();
  const end = followGiven(traffic, captures, dock, fake);
  await expect.poll(() => traffic.captures).toEqual(['1048577:c1']);
  expect([traffic.scope, dock.open, dock.maximised]).toEqual(['captures', true, true]);
  expect(captures.get('1048577:c1')?.file).toBe('x.sightglass');
  traffic.openCaptures([]);
  fake.kept.given = ['other.sightglass'];
  fake.emit('given', 1);
  await expect.poll(() => traffic.scope).toBe('captures');
  end();
});

test('says why a file cannot be opened', async () => {
  const fake = new FakeBackend({ speed: 1000, past: 0 });
  fake.kept.given = ['bad.sightglass'];
  const { traffic, captures, dock } = lasting(() => appTraffic(fake));
  const end = followGiven(traffic, captures, dock, fake);
  const dialog = await screen.findByRole('dialog', { name: 'bad.sightglass is not open' });
  expect(dialog.textContent).toMatch(/the file ends here.*It was not copied whole/is);
  await expectAccessible();
  const [close] = within(dialog).getAllByRole('button', { name: 'Close' });
  if (close) await userEvent.setup().click(close);
  await expect.poll(() => screen.queryByRole('dialog')).toBeNull();
  expect(traffic.scope).toBe('connection');
  end();
});
