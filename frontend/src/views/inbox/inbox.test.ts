import { render, screen, waitFor, within } from '@testing-library/svelte';
import { userEvent, type UserEvent } from '@testing-library/user-event';
import { expect, it } from 'vitest';
import type { FakeBackend } from '../../backend/fake';
import { fakeForm, fakeRoots, fakeSampling, fakeUrl } from '../../backend/fake/questions';
import { bookSource, inboxSource } from '../../state/appInbox';
import { AnswerBook } from '../../state/answerBook.svelte';
import { Inbox } from '../../state/inbox.svelte';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import InboxView from './InboxView.svelte';
import QuestionStrip from './QuestionStrip.svelte';
import RootsDialog from './RootsDialog.svelte';
import RulesDialog from './RulesDialog.svelte';
import SamplerDialog from './SamplerDialog.svelte';

interface Opened {
  user: UserEvent;
  backend: FakeBackend;
  inbox: Inbox;
  book: AnswerBook;
  window: Awaited<ReturnType<typeof testWindow>>;
  entries: number[];
}

async function opened(): Promise<Opened> {
  const window = await testWindow();
  const { backend } = window;
  return {
    user: userEvent.setup(),
    backend,
    inbox: new Inbox(inboxSource(backend)),
    book: new AnswerBook(bookSource(backend)),
    window,
    entries: [],
  };
}

async function inboxOf(...ask: ((b: FakeBackend) => unknown)[]): Promise<Opened> {
  const o = await opened();
  for (const one of ask) one(o.backend);
  render(InboxView, {
    shell: o.window.shell,
    inbox: o.inbox,
    book: o.book,
    onshowentries: (seqs: readonly number[]) => void o.entries.push(...seqs),
  });
  return o;
}

const pane = (): Promise<HTMLElement> => screen.findByRole('article', { name: /^Question of/ });

it('says what the inbox is for while it is empty', async () => {
  await inboxOf();
  expect(await screen.findByText('No server asks anything')).toBeDefined();
  await expectAccessible();
});

it('fills a form of every kind, tells what is missing, and sends what was typed', async () => {
  const { user, backend, entries } = await inboxOf((b) => b.ask(fakeForm('open')));
  const question = within(await pane());
  expect(await question.findByText('A few details, and the room is yours.')).toBeDefined();
  const accept = question.getByRole<HTMLButtonElement>('button', { name: 'Accept' });
  await waitFor(() => expect(accept.disabled).toBe(true));
  await expectAccessible();
  await user.type(question.getByRole('textbox', { name: 'name' }), 'Ada');
  await user.type(question.getByRole('textbox', { name: 'email' }), 'ada@example.com');
  await user.click(question.getByRole('checkbox', { name: 'Breakfast (b)' }));
  await user.click(question.getByRole('checkbox', { name: 'Parking (p)' }));
  expect(question.getByRole<HTMLInputElement>('checkbox', { name: 'Quiet side (q)' }).disabled).toBe(true);
  await user.type(question.getByLabelText('arrival', { exact: false, selector: 'input' }), '2026-12-24');
  await waitFor(() => expect(accept.disabled).toBe(false));
  await user.click(accept);
  await waitFor(() => expect(backend.replies).toHaveLength(1));
  expect(JSON.parse(backend.replies[0]?.content ?? '')).toEqual({
    nights: 2,
    room: 'd',
    newsletter: false,
    name: 'Ada',
    email: 'ada@example.com',
    extras: ['b', 'p'],
    arrival: '2026-12-24',
  });
  expect(await question.findByText('Answered by you')).toBeDefined();
  await user.click(question.getByRole('button', { name: 'Show in traffic' }));
  expect(entries).toEqual([3]);
  await expectAccessible();
});

it('sends what does not fit the schema when told to, and declines and cancels', async () => {
  const { user, backend } = await inboxOf(
    (b) => b.ask(fakeForm('open'), { asked: 1 }),
    (b) => b.ask(fakeForm('open'), { asked: 2 }),
    (b) => b.ask(fakeForm('open'), { asked: 3 }),
  );
  const list = await screen.findByRole('listbox', { name: 'Questions' });
  for (const [i, name] of ['Send anyway', 'Decline', 'Cancel'].entries()) {
    list.focus();
    await user.keyboard('{Home}'); // those that wait come first
    await user.click(await screen.findByRole('button', { name }));
    await waitFor(() => expect(backend.replies).toHaveLength(i + 1));
    await screen.findByRole('region', { name: 'How it was settled' });
  }
  expect(backend.replies).toMatchObject([
    { kind: 'accept', force: true },
    { kind: 'decline', content: '' },
    { kind: 'cancel', content: '' },
  ]);
});

it('shows a URL whole before anything is opened', async () => {
  const { user, backend } = await inboxOf((b) => b.ask(fakeUrl('open')));
  const question = within(await pane());
  const url = await question.findByLabelText('URL');
  expect(url.textContent).toContain('https://xn--pypal-4ve.example.com/authorize?session=7f3a');
  expect(url.querySelector('mark')?.textContent).toBe('xn--pypal-4ve.example.com');
  expect(question.getByText('pаypal.example.com')).toBeDefined();
  expect(document.querySelector('a[href]')).toBeNull();
  expect(backend.opened).toEqual([]);
  await expectAccessible();
  await user.click(question.getByRole('button', { name: 'Open in browser' }));
  await waitFor(() =>
    expect(backend.replies).toMatchObject([{ kind: 'open', url: fakeUrl('open').elicitation?.url?.url }]),
  );
  expect(await question.findByText(/has not told yet that it is over/)).toBeDefined();
  backend.change('q-1', { completed: Date.now() * 1000 });
  expect(await question.findByText(/that it is over\./)).toBeDefined();
});

it('keeps a refused call open until the user is through', async () => {
  const { user, backend } = await inboxOf((b) => b.ask({ ...fakeUrl('open'), source: 'error', tool: 'mail' }));
  const question = within(await pane());
  expect(await question.findByText(/mail was refused with -32042/)).toBeDefined();
  await user.click(await question.findByRole('button', { name: 'Open in browser' }));
  await user.click(await question.findByRole('button', { name: 'Open again' }));
  await user.click(question.getByRole('button', { name: 'I am through: send the call again' }));
  await waitFor(() => expect(backend.replies.map((r) => r.kind)).toEqual(['open', 'open', 'done']));
});

it('shows all that a model would read, and composes an answer with a tool', async () => {
  const { user, backend } = await inboxOf((b) => b.ask(fakeSampling('open')));
  const question = within(await pane());
  expect(await question.findByText('Answer in one sentence.')).toBeDefined();
  for (const words of ['Rain, 9 °C', 'claude-3, gpt', 'cost 0.2, speed 0.5, intelligence 0.9', '400', '"END"'])
    expect(question.getByText(words)).toBeDefined();
  expect(await question.findByRole('img')).toBeDefined();
  await expectAccessible();
  await user.type(question.getByRole('textbox', { name: 'Text of content 1' }), 'It will rain.');
  await user.click(question.getByRole('button', { name: 'Add content' }));
  await user.click(await screen.findByRole('menuitem', { name: 'Tool use' }));
  await user.type(await question.findByRole('textbox', { name: 'city' }), 'Meissen');
  await user.click(question.getByRole('button', { name: 'Answer' }));
  await waitFor(() => expect(backend.replies).toHaveLength(1));
  expect(JSON.parse(backend.replies[0]?.content ?? '')).toEqual({
    role: 'assistant',
    content: [
      { type: 'text', text: 'It will rain.' },
      { type: 'tool_use', id: 'call_1', name: 'weather', input: { city: 'Meissen' } },
    ],
    model: 'human',
    stopReason: 'toolUse',
  });
});

it('takes an error or any text in place of an answer', async () => {
  const { user, backend } = await inboxOf((b) => b.ask(fakeSampling('open')));
  const question = within(await pane());
  await user.click(await question.findByRole('button', { name: 'Error' }));
  const code = question.getByRole('textbox', { name: 'Code' });
  await user.clear(code);
  expect(question.getByRole<HTMLButtonElement>('button', { name: 'Send error' }).disabled).toBe(true);
  await user.type(code, '-32000');
  await user.click(question.getByRole('button', { name: 'Malformed' }));
  await user.type(question.getByRole('textbox', { name: /^Sent as it is/ }), '{{"half":');
  await user.click(question.getByRole('button', { name: 'Send text' }));
  await waitFor(() => expect(backend.replies).toMatchObject([{ kind: 'malformed', text: '{"half":' }]));
});

it('walks the list by keyboard and finds', async () => {
  const { user, inbox } = await inboxOf((b) => {
    for (let i = 0; i < 10_000; i++)
      b.ask({ ...fakeForm('open'), summary: `Question ${String(i)}` }, { asked: i + 1 }, i < 9_999);
  });
  const list = await screen.findByRole('listbox', { name: 'Questions' });
  expect(list.querySelectorAll('[role="option"]').length).toBeLessThan(60);
  list.focus();
  await user.keyboard('jjk');
  expect(inbox.shown?.summary).toBe('Question 1');
  await user.keyboard('{Enter}');
  await waitFor(() => expect(document.activeElement?.closest('article')).toBeTruthy());
  await user.type(screen.getByRole('textbox', { name: 'Filter questions' }), '9999');
  await waitFor(() => expect(inbox.rows).toHaveLength(1));
  await user.type(screen.getByRole('textbox', { name: 'Filter questions' }), 'x');
  expect(await screen.findByText('No question matches')).toBeDefined();
});

it('counts down to a rule, and leaves the question to the user when asked', async () => {
  const { user, inbox } = await inboxOf((b) =>
    b.ask(fakeRoots('open'), {
      rule: { id: 'r', name: 'Roots later', action: 'answer', at: (Date.now() + 60_000) * 1000 },
    }),
  );
  expect(await screen.findByText('Roots later')).toBeDefined();
  expect(screen.getByText(/answers in \d+ s/)).toBeDefined();
  await user.click(screen.getByRole('button', { name: 'Answer myself' }));
  await waitFor(() => expect(inbox.shown?.rule).toBeUndefined());
});

it('saves an answer, uses it again, and makes a rule of it', async () => {
  const { user, backend, window } = await inboxOf((b) => b.ask(fakeForm('open')));
  const question = within(await pane());
  await user.type(await question.findByRole('textbox', { name: 'name' }), 'ghp_x');
  await user.click(question.getByTitle('Saved answers and rules'));
  await user.click(await screen.findByRole('menuitem', { name: 'Save this answer…' }));
  await user.type(question.getByRole('textbox', { name: 'Name of the saved answer' }), 'Ada');
  await user.click(question.getByRole('button', { name: 'Save' }));
  expect(await question.findByText(/seems to hold a secret/)).toBeDefined();
  await user.click(question.getByRole('button', { name: 'Save anyway' }));
  await waitFor(async () => expect((await backend.answers()).templates).toHaveLength(1));
  await user.clear(question.getByRole('textbox', { name: 'name' }));
  await user.click(question.getByTitle('Saved answers and rules'));
  await user.click(await screen.findByRole('menuitem', { name: 'Ada' }));
  expect(question.getByRole<HTMLTextAreaElement>('textbox', { name: 'name' }).value).toBe('ghp_x');
  await user.click(question.getByTitle('Saved answers and rules'));
  await user.click(await screen.findByRole('menuitem', { name: 'Always answer like this…' }));
  expect(window.shell.dialog).toMatchObject({
    kind: 'rules',
    rule: { profile: 'open', tool: 'book_room', action: 'answer' },
  });
});

it('edits, orders, switches and deletes rules, with a way back', async () => {
  const { user, backend, book, window } = await opened();
  const { rule } = await backend.saveRule(inboxRule('First'));
  await backend.saveRule(inboxRule('Second'));
  render(RulesDialog, { servers: window.servers, book, onclose: () => undefined });
  const dialog = within(await screen.findByRole('dialog'));
  await dialog.findByText('First');
  await expectAccessible();
  await user.click(dialog.getByRole('button', { name: 'Move Second up' }));
  await waitFor(() => expect(book.rules.map((r) => r.rule.name)).toEqual(['Second', 'First']));
  await user.click(dialog.getByRole('checkbox', { name: 'First is on' }));
  await waitFor(() => expect(book.rules[1]?.rule.enabled).toBe(false));
  await user.click(dialog.getByRole('button', { name: 'Delete Second' }));
  await user.click(await dialog.findByRole('button', { name: 'Undo' }));
  await waitFor(() => expect(book.rules.map((r) => r.rule.name)).toEqual(['Second', 'First']));
  await user.click(dialog.getByText('First'));
  await user.type(await dialog.findByRole('textbox', { name: 'With a text that matches' }), '(((');
  await user.click(dialog.getByRole('button', { name: 'Save rule' }));
  expect(await dialog.findByText(/expression cannot be read/)).toBeDefined();
  await expectAccessible();
  await user.clear(dialog.getByRole('textbox', { name: 'With a text that matches' }));
  await user.selectOptions(dialog.getByRole('combobox', { name: 'Action' }), 'error');
  await user.click(dialog.getByRole('button', { name: 'Save rule' }));
  await waitFor(() => expect(book.rules[1]?.rule).toMatchObject({ id: rule.id, action: 'error', text: '' }));
});

it('edits the roots of a server and says who was told', async () => {
  const { user, backend } = await opened();
  render(RootsDialog, { backend, id: 'open', name: 'Sample server', onclose: () => undefined });
  const dialog = within(await screen.findByRole('dialog'));
  await user.click(await dialog.findByRole('button', { name: 'Add root' }));
  const uri = dialog.getByRole('textbox', { name: 'URI of root 1' });
  await user.clear(uri);
  await user.type(uri, '/home/me');
  await user.click(dialog.getByRole('button', { name: 'Choose a folder' }));
  expect((await dialog.findByRole<HTMLInputElement>('textbox', { name: 'URI of root 2' })).value).toBe(
    'file:///home/me/picked',
  );
  expect(dialog.getByRole<HTMLInputElement>('textbox', { name: 'Name of root 2' }).value).toBe('picked');
  await user.click(dialog.getByRole('button', { name: 'Save' }));
  expect(await dialog.findByText('A root has to be a file:// URI.')).toBeDefined();
  expect(dialog.getByText(/the server is told/)).toBeDefined();
  await expectAccessible();
});

it('keeps the sampler endpoint, and tests it', async () => {
  const { user, backend } = await opened();
  render(SamplerDialog, { backend, onclose: () => undefined });
  const dialog = within(await screen.findByRole('dialog'));
  expect(await dialog.findByText('No endpoint is set.')).toBeDefined();
  await user.type(dialog.getByRole('textbox', { name: 'URL' }), 'http://127.0.0.1:11434/v1');
  await user.type(dialog.getByLabelText('API key'), 'sk-1');
  await expectAccessible();
  await user.click(dialog.getByRole('button', { name: 'Save and test' }));
  expect(await dialog.findByText(/It will rain/)).toBeDefined();
  expect((await backend.sampler()).key).toBe('keychain');
  expect(dialog.getByLabelText<HTMLInputElement>('API key').value).toBe('');
});

it('marks the tabs of a connection, opens beside, and goes on to the next', async () => {
  const { user, backend, inbox, book, window } = await opened();
  render(QuestionStrip, { profile: 'open', shell: window.shell, inbox, book, onshowentries: () => undefined });
  backend.ask(fakeForm('open'));
  backend.ask(fakeUrl('search'));
  const strip = within(await screen.findByRole('region', { name: 'Questions of the server' }));
  expect(strip.getByText(/The server asks/)).toBeDefined();
  expect(screen.queryByRole('region', { name: 'Question' })).toBeNull();
  backend.ask(fakeRoots('open'));
  expect(await strip.findByText(/2 questions/)).toBeDefined();
  await user.click(strip.getByRole('button'));
  const panel = within(await screen.findByRole('region', { name: 'Question' }));
  expect(await panel.findByText('1 of 2')).toBeDefined();
  await user.click(await panel.findByRole('button', { name: 'Decline' }));
  await user.click(await panel.findByRole('button', { name: 'Next question' }));
  expect(await panel.findByText(/Which folders may it work in/)).toBeDefined();
  await expectAccessible();
  await waitFor(() => expect(document.activeElement?.closest('article')).toBeTruthy());
  await user.keyboard('{Escape}');
  expect(screen.queryByRole('region', { name: 'Question' })).toBeNull();
});

function inboxRule(name: string): Parameters<FakeBackend['saveRule']>[0] {
  return {
    id: '',
    name,
    enabled: true,
    profile: '',
    method: 'elicitation/create',
    mode: '',
    text: '',
    tool: '',
    action: 'defaults',
    delay: 0,
    content: '',
    code: 0,
    message: '',
    data: '',
    raw: '',
  };
}
