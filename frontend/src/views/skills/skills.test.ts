import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, expect, it, vi } from 'vitest';
import { backend } from '../../backend';
import { makeSkills } from '../../state/appSkills';
import { lasting } from '../../state/lasting.svelte';
import { expectAccessible } from '../../test/axe';
import SkillsView from './SkillsView.svelte';

const wait = { timeout: 60_000 };

beforeEach(() => vi.restoreAllMocks());

async function open(): Promise<{
  container: HTMLElement;
  shown: number[][];
  user: ReturnType<typeof userEvent.setup>;
}> {
  const shown: number[][] = [];
  const skills = lasting(() => makeSkills(backend, 'open'));
  const { container } = render(SkillsView, {
    profile: 'open',
    skills,
    onshowentries: (seqs: number[]) => void shown.push(seqs),
  });
  await screen.findByText('level-report', {}, wait);
  return { container, shown, user: userEvent.setup() };
}

it('reads nothing ahead of need, and shows what the entry says', async () => {
  const read = vi.spyOn(backend, 'readSkill');
  const { user, container } = await open();
  await user.click(screen.getByText('level-report'));
  expect(await screen.findByRole('list', { name: 'Files' }, wait)).toBeTruthy();
  expect(screen.getByText('No file read')).toBeTruthy();
  expect(read).not.toHaveBeenCalled();
  expect(screen.getByText('malformed')).toBeTruthy();
  await expectAccessible(container);
});

it('reads a file when it is chosen, and shows its content with the verdict', async () => {
  const { user, shown, container } = await open();
  await user.click(screen.getByText('level-report'));
  await user.click(await screen.findByRole('button', { name: /^SKILL.md/ }, wait));
  const verdict = await screen.findByRole('list', { name: 'Verdict' }, wait);
  expect(within(verdict).getByText('The digest is the one listed.')).toBeTruthy();
  expect(screen.getByText('verified')).toBeTruthy();
  await waitFor(() => expect(screen.getByText(/The content of skill:/)).toBeTruthy(), wait);
  await user.click(screen.getByRole('button', { name: 'Show in traffic' }));
  expect(shown).toHaveLength(1);
  await expectAccessible(container);
});

it('keeps what does not match hidden until it is asked for', async () => {
  const { user } = await open();
  await user.click(screen.getByText('level-report'));
  await user.click(await screen.findByRole('button', { name: /UNITS/ }, wait));
  expect(await screen.findByText(/a host must not use it/, {}, wait)).toBeTruthy();
  expect(screen.getByText('does not match')).toBeTruthy();
  expect(screen.getByText(`sha256:${'c'.repeat(64)}`)).toBeTruthy();
  expect(screen.queryByText(/The content of skill:/)).toBeNull();
  await user.click(screen.getByRole('button', { name: 'Show it anyway' }));
  await waitFor(() => expect(screen.getByText(/The content of skill:/)).toBeTruthy(), wait);
});

it('compares with skills/get, lists the directory, gets what the list has not', async () => {
  const { user, container } = await open();
  await user.click(screen.getByText('level-report'));
  await user.click(screen.getByRole('button', { name: 'Compare' }));
  expect(await screen.findByText('skills/get says the same as the list.', {}, wait)).toBeTruthy();
  await user.click(screen.getByRole('button', { name: 'List directory' }));
  expect(await screen.findByText(/not in the entry/, {}, wait)).toBeTruthy();
  await expectAccessible(container);
  await user.type(screen.getByRole('textbox', { name: 'URI of a SKILL.md' }), 'skill://hidden/SKILL.md{Enter}');
  expect(await screen.findByText(/The list does not have this skill/, {}, wait)).toBeTruthy();
  expect(screen.getByText('not listed')).toBeTruthy();
});

it('moves among the files by keyboard', async () => {
  const { user } = await open();
  await user.click(screen.getByText('level-report'));
  const first = await screen.findByRole('button', { name: /^SKILL.md/ }, wait);
  first.focus();
  await user.keyboard('{ArrowDown}');
  await waitFor(() => expect(document.activeElement?.textContent).toContain('UNITS'), wait);
  await user.keyboard('{Enter}');
  expect(await screen.findByText('does not match', {}, wait)).toBeTruthy();
});
