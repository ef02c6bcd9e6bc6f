import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { AllOffers, type Offers } from '../../state/appOffers';
import { setClipboard } from '../../ui/clipboard';
import PromptsView from './PromptsView.svelte';

const wait = { timeout: 30_000 };

let backend: FakeBackend;
let offers: Offers;

beforeEach(() => {
  backend = new FakeBackend({ speed: 20 });
  offers = new AllOffers(backend).of('open');
  setClipboard((text) => backend.copy(text));
});

async function open(name: string): Promise<HTMLElement> {
  render(PromptsView, { profile: 'open', offers, onshowentries: () => undefined });
  await waitFor(() => expect(offers.prompts.list.state).toBe('ready'), wait);
  offers.prompts.select(offers.prompts.list.items.findIndex((p) => p.name === name));
  await waitFor(() => expect(offers.prompts.session?.detail).toBeTruthy(), wait);
  return screen.findByRole('region', { name: `Prompt ${name}` }, wait);
}

const result = (): HTMLElement => screen.getByRole('region', { name: 'Messages' });
const ended = (state: string): Promise<void> => waitFor(() => expect(result().dataset['runState']).toBe(state), wait);

describe('getting a prompt', () => {
  test('required arguments are asked for, completed, and sent', async () => {
    const user = userEvent.setup();
    await open('review');
    await user.click(screen.getByRole('button', { name: 'Get' }));
    await ended('unsent');
    expect(screen.getAllByText('required').length).toBe(2);
    await user.type(screen.getByRole('combobox', { name: 'language' }), 't');
    const values = await screen.findByRole('listbox', { name: 'Suggestions for language' }, wait);
    await waitFor(
      () =>
        expect(
          within(values)
            .getAllByRole('option')
            .map((o) => o.textContent.trim()),
        ).toContain('svelte'),
      wait,
    );
    await user.keyboard('{ArrowDown}{Enter}');
    await user.type(screen.getByRole('combobox', { name: 'code' }), 'let x = 1');
    await user.keyboard('{Control>}{Enter}{/Control}');
    await ended('done');
    expect(await within(result()).findByText('let x = 1', {}, wait)).toBeTruthy();
    expect(
      within(result())
        .getAllByRole('heading')
        .map((h) => h.textContent),
    ).toEqual(['user', 'user', 'assistant']);
    await user.click(within(result()).getByRole('button', { name: 'Copy all' }));
    await waitFor(() => expect(backend.copied.at(-1)).toContain('user:\nlet x = 1\n\nassistant:\n'), wait);
    expect(screen.getAllByRole('option', { name: /done|not sent/ }).length).toBe(2);
  });

  test('a missing argument is sent as missing when the user says so', async () => {
    const user = userEvent.setup();
    await open('review');
    await user.click(screen.getByRole('button', { name: 'Get' }));
    await ended('unsent');
    await user.click(screen.getByRole('button', { name: 'Send anyway' }));
    await ended('done');
  });

  test('every kind of content is shown under its role', async () => {
    const user = userEvent.setup();
    await open('everything');
    await user.click(screen.getByRole('button', { name: 'Get' }));
    await ended('done');
    const pane = result();
    expect(await within(pane).findByRole('img', { name: /image.png/ }, wait)).toBeTruthy();
    await waitFor(() => expect(pane.querySelector('audio')).not.toBeNull(), wait);
    expect(await within(pane).findByRole('heading', { name: 'Release notes' }, wait)).toBeTruthy();
    expect(within(pane).getByText(/Resource link/)).toBeTruthy();
    expect(within(pane).getByText(/not a role of the protocol/)).toBeTruthy();
    expect(within(pane).getByText(/text without "text"/)).toBeTruthy();
  });

  test('an error of the protocol says so', async () => {
    const user = userEvent.setup();
    await open('fails');
    await user.click(screen.getByRole('button', { name: 'Get' }));
    await ended('failed');
    expect(within(result()).getByText('Getting it failed')).toBeTruthy();
    expect(within(result()).getByRole('tab', { name: 'Raw' })).toBeTruthy();
  });
});

test('Enter on a prompt gets it when it takes nothing, and goes to its arguments when it does', async () => {
  const user = userEvent.setup();
  await open('greet');
  screen.getByRole('listbox', { name: 'prompts' }).focus();
  await user.keyboard('{Enter}');
  await ended('done');
  await user.keyboard('{ArrowUp}');
  await screen.findByRole('combobox', { name: 'language' }, wait);
  await user.keyboard('{Enter}');
  expect(document.activeElement).toBe(screen.getByRole('combobox', { name: 'language' }));
});

test.each(['review', 'everything', 'fails'])('axe has nothing against %s', async (name) => {
  const user = userEvent.setup();
  await open(name);
  await user.click(screen.getByRole('button', { name: 'Get' }));
  await waitFor(() => expect(result().dataset['runState']).not.toMatch(/running|none/), wait);
  await new Promise((resolve) => setTimeout(resolve, 200));
  const found = await axe.run(document.body, {
    rules: { region: { enabled: false }, 'color-contrast': { enabled: false } },
  });
  expect(found.violations.map((v) => `${v.id}: ${v.nodes[0]?.html ?? ''}`)).toEqual([]);
});
