import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { AllOffers, type Offers } from '../../state/appOffers';
import ResourcesView from './ResourcesView.svelte';

const wait = { timeout: 30_000 };

let backend: FakeBackend;
let offers: Offers;

afterEach(() => vi.unstubAllGlobals());
let shown: number[];

beforeEach(() => {
  backend = new FakeBackend({ speed: 20 });
  offers = new AllOffers(backend).of('open');
  shown = [];
});

async function open(): Promise<void> {
  render(ResourcesView, { profile: 'open', offers, onshowentries: (seqs: number[]) => (shown = seqs) });
  await waitFor(() => expect(offers.resources.ready).toBe(true), wait);
  await waitFor(() => expect(screen.getByRole('listbox').children.length).toBeGreaterThan(0), wait);
}

/** Chooses a resource or template by its name. */
async function choose(name: string): Promise<HTMLElement> {
  const row = offers.resources.rows.findIndex((r) =>
    r.kind === 'resource'
      ? offers.resources.resources.items[r.position]?.name === name
      : r.kind === 'template' && offers.resources.templates.items[r.position]?.name === name,
  );
  offers.resources.select(row);
  return screen.findByRole('region', { name: new RegExp(`^(Resource|Template) ${name}$`) }, wait);
}

const result = (): HTMLElement => screen.getByRole('region', { name: 'Contents' });

async function read(name: string): Promise<HTMLElement> {
  await choose(name);
  const before = offers.resources.session?.history.all.length ?? 0;
  await userEvent.click(screen.getByRole('button', { name: 'Read' }));
  await waitFor(() => expect(offers.resources.session?.history.all.length).toBe(before + 1), wait);
  await waitFor(() => expect(result().dataset['runState']).not.toBe('running'), wait);
  return result();
}

describe('the list', () => {
  test('arrows choose, headings are passed over, Enter reads, / searches', async () => {
    const user = userEvent.setup();
    await open();
    screen.getByRole('listbox').focus();
    await user.keyboard('{ArrowDown}');
    expect(await screen.findByRole('region', { name: 'Resource notes' })).toBeTruthy();
    await user.keyboard('{Enter}');
    await waitFor(() => expect(result().dataset['runState']).toBe('done'), wait);
    await user.keyboard('{End}');
    expect(await screen.findByRole('region', { name: 'Template broken' })).toBeTruthy();
    await user.keyboard('/');
    expect(document.activeElement).toBe(screen.getByRole('searchbox'));
    await user.keyboard('orders');
    expect(offers.resources.rows.length).toBe(1);
    await user.clear(screen.getByRole('searchbox'));
    await user.keyboard('nothing of the kind');
    expect(screen.getByText('Nothing matches')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Clear the search' }));
    expect(offers.resources.rows.length).toBeGreaterThan(10);
  });

  test('an empty list and one that failed say so', async () => {
    backend.bare.add('open');
    render(ResourcesView, { profile: 'open', offers });
    expect(await screen.findByText('No resources', {}, wait)).toBeTruthy();
    backend.bare.clear();
    backend.failing.add('open');
    await userEvent.click(screen.getByRole('button', { name: 'Read again' }));
    expect(await screen.findByText(/-32603/, {}, wait)).toBeTruthy();
    backend.failing.clear();
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    await waitFor(() => expect(offers.resources.total).toBeGreaterThan(10), wait);
  });
});

describe('what is read', () => {
  test('Markdown is rendered, its HTML stays text, its source is a click away', async () => {
    await open();
    const pane = await read('notes');
    const article = await within(pane).findByRole('article', {}, wait);
    expect(within(article).getByRole('heading', { name: 'Release notes' })).toBeTruthy();
    expect(article.querySelector('b')).toBeNull();
    expect(within(article).getByRole('link', { name: 'changelog' }).getAttribute('href')).toBe(
      'https://example.org/changelog',
    );
    expect(article.textContent).toContain('(example.org)');
    await userEvent.click(within(pane).getByRole('button', { name: 'Text' }));
    expect(within(pane).getByText(/# Release notes/)).toBeTruthy();
    await userEvent.click(within(pane).getByRole('button', { name: 'Hex' }));
    expect(await within(pane).findByText('00000000', {}, wait)).toBeTruthy();
  });

  test('CSV is a table of all its rows', async () => {
    await open();
    const pane = await read('orders');
    const grid = await within(pane).findByRole('grid', {}, wait);
    expect(grid.getAttribute('aria-rowcount')).toBe('2001');
    expect(within(grid).getByRole('columnheader', { name: 'customer' })).toBeTruthy();
    expect(within(pane).getByText(/2,000 rows, 5 columns/)).toBeTruthy();
  });

  test.each([
    ['square.png', 'img'],
    ['config.json', 'tree'],
  ])('%s has a view', async (name, role) => {
    await open();
    const pane = await read(name);
    expect(await within(pane).findByRole(role, {}, wait)).toBeTruthy();
  });

  test.each([['core.bin', /7f 45 4c 46/]])('%s is shown for what it is', async (name, text) => {
    await open();
    const pane = await read(name);
    expect(await within(pane).findByText(text, {}, wait)).toBeTruthy();
    expect(document.querySelector('iframe, object, embed')).toBeNull();
  });

  test('PDF has its pages in the sandbox, its bytes beside it', async () => {
    // happy-dom lays nothing out: nothing ever comes into sight.
    vi.stubGlobal(
      'IntersectionObserver',
      class {
        constructor(tell: (all: { isIntersecting: boolean }[]) => void) {
          queueMicrotask(() => tell([{ isIntersecting: true }]));
        }
        observe = (): void => undefined;
        disconnect = (): void => undefined;
      },
    );
    await open();
    const pane = await read('report.pdf');
    const frame = await within(pane).findByTitle(/, pages$/, {}, wait);
    expect(frame.getAttribute('sandbox')).toBe('allow-scripts allow-forms');
    await userEvent.click(within(pane).getByRole('button', { name: 'Hex' }));
    expect(await within(pane).findByText(/25 50 44 46/, {}, wait)).toBeTruthy();
  });

  test('HTML is drawn in a sandbox without scripts, its source beside it', async () => {
    await open();
    const pane = await read('dashboard');
    const frame = await within(pane).findByTitle(/, drawn$/, {}, wait);
    expect(frame.getAttribute('sandbox')).toBe('');
    await userEvent.click(within(pane).getByRole('checkbox', { name: 'Run its scripts' }));
    await waitFor(
      () =>
        expect(
          within(pane)
            .getByTitle(/, drawn$/)
            .getAttribute('sandbox'),
        ).toBe('allow-scripts allow-forms'),
      wait,
    );
    await userEvent.click(within(pane).getByRole('button', { name: 'Source' }));
    await waitFor(() => expect(pane.querySelector('iframe')).toBeNull(), wait);
  });

  test('it is saved where the user says', async () => {
    await open();
    const pane = await read('notes');
    await userEvent.click(await within(pane).findByRole('button', { name: 'Save to a file' }, wait));
    expect(await within(pane).findByText(/saved as .*notes.md/)).toBeTruthy();
    expect(backend.saved).toEqual([expect.stringMatching(/^\d+ \/contents\/0$/)]);
  });

  test('what changed since the read before is shown by lines', async () => {
    await open();
    await read('now');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const pane = await read('now');
    await userEvent.click(within(pane).getByRole('tab', { name: /Changes/ }));
    expect(await within(pane).findByText('1 line added, 1 line removed.', {}, wait)).toBeTruthy();
    expect(screen.getAllByRole('option', { name: /read first|changed/ }).length).toBe(2);
  });

  test('an error and a refusal say what they are, and show in traffic', async () => {
    await open();
    let pane = await read('gone');
    expect(within(pane).getByText('The read failed')).toBeTruthy();
    expect(within(pane).getAllByText(/Resource not found/).length).toBeGreaterThan(0);
    await userEvent.click(within(pane).getAllByRole('button', { name: 'Show in traffic' })[0] ?? pane);
    expect(shown.length).toBe(2);
    pane = await read('secret');
    expect(within(pane).getAllByText(/401/).length).toBeGreaterThan(0);
  });
});

test('updates are asked for, told, and read', async () => {
  const user = userEvent.setup();
  await open();
  await read('now');
  await user.click(await screen.findByRole('button', { name: 'Subscribe' }, wait));
  expect(await screen.findByText(/Updated \d\d:\d\d:\d\d/, {}, wait)).toBeTruthy();
  expect(screen.getByRole('option', { name: /updated/ })).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'Read again' }));
  await waitFor(() => expect(screen.queryByText(/Updated \d\d/)).toBeNull(), wait);
  await user.click(screen.getByRole('button', { name: 'Unsubscribe' }));
  expect(await screen.findByRole('button', { name: 'Subscribe' }, wait)).toBeTruthy();
});

describe('a template', () => {
  test('shows the URI its values make, offers values, and reads it', async () => {
    const user = userEvent.setup();
    await open();
    await choose('weather');
    const preview = screen.getByRole('status', { name: 'Expanded URI' });
    await waitFor(() => expect(preview.textContent).toContain('{city}'), wait);
    await user.type(screen.getByRole('combobox', { name: 'city' }), 'ber');
    const values = await screen.findByRole('listbox', { name: 'Suggestions for city' }, wait);
    await waitFor(() => expect(within(values).getAllByRole('option').length).toBe(3), wait);
    await user.keyboard('{ArrowDown}{Enter}');
    await waitFor(() => expect(preview.textContent).toContain('weather://Bergen/today'), wait);
    await user.keyboard('{Enter}');
    await waitFor(() => expect(result().dataset['runState']).toBe('done'), wait);
    expect(offers.resources.session?.history.all[0]?.args).toBe('weather://Bergen/today');
  });

  test('takes lists, and says what is malformed', async () => {
    const user = userEvent.setup();
    await open();
    await choose('repo-file');
    await user.selectOptions(screen.getByRole('combobox', { name: 'path is a' }), 'list');
    await user.type(screen.getByRole('textbox', { name: 'path' }), 'a{Enter}b');
    const preview = screen.getByRole('status', { name: 'Expanded URI' });
    await waitFor(() => expect(preview.textContent).toContain('/contents/a/b'), wait);
    await choose('broken');
    expect(await screen.findByText('Malformed: a brace is not closed')).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Read' }).disabled).toBe(true);
  });
});

test.each(['notes', 'orders', 'square.png', 'report.pdf', 'gone', 'weather'])(
  'axe has nothing against %s',
  async (name) => {
    await open();
    if (name === 'weather') await choose(name);
    else await read(name);
    await new Promise((resolve) => setTimeout(resolve, 100));
    const found = await axe.run(document.body, {
      rules: { region: { enabled: false }, 'color-contrast': { enabled: false } },
    });
    expect(found.violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''}`)).toEqual([]);
  },
);
