import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { createRawSnippet } from 'svelte';
import { expect, it } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { Captures } from '../../state/captures.svelte';
import { Dock } from '../../state/dock.svelte';
import { Traffic } from '../../state/traffic.svelte';
import { expectAccessible } from '../../test/axe';
import { TestLog } from '../../test/trafficLog';
import DockFrame from './DockFrame.svelte';

const main = createRawSnippet(() => ({ render: () => '<main>main</main>' }));

it('is put away by Enter on its bar, and brought back by what takes the focus then', async () => {
  localStorage.clear();
  const dock = new Dock();
  const { container } = render(DockFrame, {
    traffic: new Traffic(new TestLog()),
    captures: new Captures(new FakeBackend()),
    dock,
    main,
  });
  const user = userEvent.setup();
  screen.getByRole('separator', { name: 'Size of the traffic dock' }).focus();
  await user.keyboard('{Enter}');
  expect(dock.open).toBe(false);
  expect(document.activeElement).toBe(screen.getByRole('button', { name: 'Show the traffic' }));
  await expectAccessible(container);
  await user.keyboard('{Enter}');
  expect(dock.open).toBe(true);
  expect(screen.queryByRole('button', { name: 'Show the traffic' })).toBeNull();
});
