import { flushSync } from 'svelte';
import { expect, it, vi } from 'vitest';
import { FakeBackend } from '../backend/fake';
import { lasting } from './lasting.svelte';
import { Servers } from './servers.svelte';

it('keeps a state going after what asked for it first is gone', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const made: Servers[] = [];
  const end = $effect.root(() => {
    made.push(lasting(() => new Servers(new FakeBackend({ past: 0 }))));
  });
  const servers = made[0];
  expect(servers?.groups).toEqual([]);
  end();
  flushSync();
  await servers?.pull();
  expect(servers?.groups.length).toBe(3);
  expect(warned).not.toHaveBeenCalled();
});
