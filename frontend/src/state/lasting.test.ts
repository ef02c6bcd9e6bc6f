import { render } from '@testing-library/svelte';
import { createRawSnippet, flushSync } from 'svelte';
import { expect, it, vi } from 'vitest';
import Badge from '../ui/Badge.svelte';
import { lasting } from './lasting.svelte';
import { Servers } from './servers.svelte';
import { FakeBackend } from '../backend/fake';

it('keeps a state going after the component that made it is gone', async () => {
  const warned = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const made: Servers[] = [];
  const children = createRawSnippet(() => {
    made.push(lasting(() => new Servers(new FakeBackend({ past: 0 }))));
    return { render: () => '<i></i>' };
  });
  const { unmount } = render(Badge, { children });
  const servers = made[0];
  expect(servers?.groups).toEqual([]);
  unmount();
  flushSync();
  await servers?.pull();
  expect(servers?.groups.length).toBe(3);
  expect(warned).not.toHaveBeenCalled();
});
