import { render, screen, waitFor } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { createRawSnippet } from 'svelte';
import { expect, it, vi } from 'vitest';
import { appTraffic } from '../../state/appTraffic';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import { guardPage } from './guards';
import Guarded from './Guarded.svelte';
import Shell from './Shell.svelte';

async function shell(): Promise<Awaited<ReturnType<typeof testWindow>>> {
  const w = await testWindow();
  const { traffic, captures, dock } = appTraffic(w.backend);
  const { servers, connections, preferences, box } = w;
  render(Shell, { servers, connections, preferences, shell: w.shell, box, traffic, captures, dock });
  return w;
}

it('is accessible as a whole', async () => {
  const w = await shell();
  w.shell.setTab('open', 'overview');
  await waitFor(() => expect(screen.getByRole('tab', { name: /Overview/ })).toBeDefined());
  await expectAccessible();
});

it('reaches everything by its keys', async () => {
  const w = await shell();
  const user = userEvent.setup();
  await user.keyboard('{Control>}{Shift>}k{/Shift}{/Control}');
  expect(document.activeElement?.getAttribute('aria-label')).toBe('Search servers');
  await user.keyboard('{Control>}k{/Control}');
  await user.type(await screen.findByRole('combobox', { name: 'Name of a server or tool' }), 'filesys');
  await expectAccessible();
  await user.keyboard('{Enter}');
  expect(w.shell.selected).toBe('files');
  w.shell.select('open');
  await user.keyboard('{Control>}l{/Control}');
  expect(document.activeElement?.getAttribute('aria-label')).toContain('Connect to a URL');
  (document.activeElement as HTMLElement).blur();
  await user.keyboard('?');
  expect(await screen.findByText('Keyboard shortcuts')).toBeDefined();
  await expectAccessible();
  w.shell.close();
  w.shell.setTab('open', 'tools');
  await user.keyboard('{Control>}1{/Control}');
  await waitFor(() => expect(w.shell.tab('open')).toBe('overview'));
});

it('offers to undo a deletion', async () => {
  const w = await shell();
  const user = userEvent.setup();
  await w.shell.remove('legacy');
  expect(await screen.findByText('Deleted old weather')).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'Undo' }));
  await waitFor(() => expect(w.servers.get('legacy')).toBeDefined());
});

it('keeps the rest when a view breaks', () => {
  vi.spyOn(console, 'error').mockImplementation(() => undefined);
  const broken = createRawSnippet(() => {
    throw new Error('boom');
  });
  render(Guarded, { name: 'tools view', children: broken });
  expect(screen.getByRole('alert').textContent).toContain('The tools view broke');
  expect(screen.getByText('boom')).toBeDefined();
});

it('never leaves the page', () => {
  const opened: string[] = [];
  const end = guardPage(window, (url) => opened.push(url));
  document.body.innerHTML =
    '<a href="https://evil.example/">a</a><a href="javascript:alert(1)">b</a><a href="/x">c</a><input />';
  const went = [...document.querySelectorAll('a')].map((a) =>
    a.dispatchEvent(new MouseEvent('click', { bubbles: true, cancelable: true })),
  );
  expect(went).toEqual([false, false, false]);
  expect(opened).toEqual(['https://evil.example/']);
  const send = (target: Element, event: Event): boolean => target.dispatchEvent(event);
  const menu = (): Event => new MouseEvent('contextmenu', { bubbles: true, cancelable: true });
  expect(send(document.body, menu())).toBe(false);
  expect(send(document.querySelector('input') as Element, menu())).toBe(true);
  expect(send(document.body, new Event('drop', { bubbles: true, cancelable: true }))).toBe(false);
  const reload = new KeyboardEvent('keydown', { key: 'r', ctrlKey: true, bubbles: true, cancelable: true });
  expect(send(document.body, reload)).toBe(false);
  end();
});
