import { fireEvent, render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { beforeEach, describe, expect, test } from 'vitest';
import { Drafts } from '../../lib/drafts';
import { AppError, backend, type ListKind } from '../../backend';
import { Runs } from '../../state/runs.svelte';
import { ProfileTools } from '../../state/tools.svelte';
import type { Tool } from '../../state/toolTypes';
import { testWindow } from '../../test/window';
import QuestionStrip from '../inbox/QuestionStrip.svelte';
import ToolsView from './ToolsView.svelte';

const faultOf = (e: unknown): AppError['fault'] => AppError.from(e).fault;
const wait = { timeout: 60_000 };

/** Tools over the in-memory backend, of the test alone. */
function freshTools(): ProfileTools {
  const runs = new Runs({
    run: (input) => backend.run(input),
    cancel: (call) => backend.cancelCall(call),
    calls: (profile) => backend.calls(profile),
    onCalls: (call) => backend.on('calls', call),
    faultOf,
  });
  runs.start();
  return new ProfileTools(
    {
      tools: (id, pages) => backend.tools(id, pages),
      tool: (id, index) => backend.tool(id, index),
      check: (input) => backend.check(input),
      listChanges: (id, of) => backend.listChanges(id, of),
      dismissChanges: (id, of) => backend.dismissChanges(id, of),
      connections: (after) => backend.connections(after),
      onConnections: (call) => backend.on('connections', call),
      faultOf,
    },
    runs,
    new Drafts(localStorage),
    'open',
  );
}

let tools: ProfileTools;

beforeEach(() => {
  tools = freshTools();
});

async function open(name: string): Promise<HTMLElement> {
  render(ToolsView, { profile: 'open', tools, onshowentries: () => undefined });
  await waitFor(() => expect(tools.tools.length).toBeGreaterThan(0), wait);
  return choose(name);
}

async function choose(name: string): Promise<HTMLElement> {
  tools.select(tools.tools.findIndex((t) => t.name === name));
  await waitFor(() => expect(tools.session?.detail).toBeTruthy(), wait);
  return screen.findByRole('region', { name: `Tool ${name}` }, wait);
}

const result = (): HTMLElement => screen.getByRole('region', { name: 'Result' });
const ended = (state: string): Promise<void> => waitFor(() => expect(result().dataset['runState']).toBe(state), wait);

describe('calling a tool', () => {
  test('Ctrl+Enter runs, and the result stands beside the form', async () => {
    const user = userEvent.setup();
    await open('echo');
    await user.type(screen.getByRole('textbox', { name: 'message' }), 'hello there');
    await user.keyboard('{Control>}{Enter}{/Control}');
    await ended('done');
    expect(within(result()).getByText('hello there')).toBeTruthy();
    expect(Number(result().dataset['tookUs'])).toBeGreaterThanOrEqual(0);
    expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'message' }).value).toBe('hello there');
  });

  test('arguments that do not match are not sent, unless the user says so', async () => {
    const user = userEvent.setup();
    await open('add');
    await user.click(screen.getByRole('button', { name: 'Run' }));
    await ended('unsent');
    expect(within(result()).getByText(/nothing was sent/)).toBeTruthy();
    await user.click(within(result()).getByRole('button', { name: 'Send anyway' }));
    await ended('done');
    expect(screen.getAllByRole('option', { name: /not sent|done/ }).length).toBe(2);
  });

  test("the tool's own error and the protocol's are told apart", async () => {
    const user = userEvent.setup();
    await open('fail');
    await user.click(screen.getByRole('button', { name: 'Run' }));
    await ended('tool-error');
    expect(within(result()).getByText('The tool reported an error')).toBeTruthy();
    expect(within(result()).getByText(/It failed/)).toBeTruthy();
    await choose('rpc_error');
    await user.click(screen.getByRole('button', { name: 'Run' }));
    await ended('failed');
    expect(within(result()).getByText('The call failed')).toBeTruthy();
    expect(within(result()).getByRole('tab', { name: 'Raw' })).toBeTruthy();
  });

  test('nothing is sent while a value is not JSON', async () => {
    const user = userEvent.setup();
    await open('echo');
    tools.session?.args.keepBroken(['text'], '{', 'line 1, column 2: no end');
    await user.click(screen.getByRole('button', { name: 'Run' }));
    expect(tools.session?.history).toEqual([]);
    expect(tools.session?.pending).toBe(false);
    expect(screen.getByText('text is not JSON: nothing is sent')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Give the text up' }));
    await user.click(screen.getByRole('button', { name: 'Run' }));
    await waitFor(() => expect(tools.session?.history.length).toBe(1), wait);
  });

  test('a call under way shows its progress and can be cancelled', async () => {
    const user = userEvent.setup();
    await open('long_task');
    await user.click(screen.getByRole('button', { name: 'Run' }));
    await within(result()).findByRole('progressbar', {}, wait);
    await user.click(within(result()).getByRole('button', { name: 'Cancel' }));
    await ended('cancelled');
  });

  test('structured content and the raw answer have tabs', async () => {
    const user = userEvent.setup();
    await open('add');
    await user.type(screen.getByRole('textbox', { name: 'a' }), '2');
    await user.click(screen.getByRole('button', { name: 'Run' }));
    await ended('done');
    await user.click(within(result()).getByRole('tab', { name: 'Structured' }));
    expect(within(result()).getByRole('tree', { name: 'Structured content' }).textContent).toContain('"sum": 3');
    await user.click(within(result()).getByRole('tab', { name: 'Raw' }));
    await waitFor(
      () => expect(within(result()).getByRole('region', { name: 'Raw answer' }).textContent).toContain('"jsonrpc"'),
      wait,
    );
  });

  test('images, links and resources are shown in order', async () => {
    const user = userEvent.setup();
    await open('image');
    await user.click(screen.getByRole('button', { name: 'Run' }));
    await ended('done');
    expect(within(result()).getByRole<HTMLImageElement>('img').src).toContain('data:image/png;base64,');
    expect(within(result()).getByText('square.png')).toBeTruthy();
    expect(within(result()).getByText('memo://notes')).toBeTruthy();
  });

  test('a question of the server is answered beside', async () => {
    const user = userEvent.setup();
    await open('ask_user');
    const { shell } = await testWindow();
    render(QuestionStrip, { profile: 'open', shell, onshowentries: () => undefined });
    await user.click(screen.getByRole('button', { name: 'Run' }));
    const strip = await screen.findByRole('region', { name: 'Questions of the server' }, wait);
    expect(within(strip).getByText(/Which colour shall it be/)).toBeTruthy();
    await user.click(await within(result()).findByRole('button', { name: 'Answer it' }, wait));
    const panel = await screen.findByRole('region', { name: 'Question' }, wait);
    await user.selectOptions(await within(panel).findByRole('combobox', { name: 'colour' }, wait), 'red');
    const accept = within(panel).getByRole<HTMLButtonElement>('button', { name: 'Accept' });
    await waitFor(() => expect(accept.disabled).toBe(false), wait);
    await user.click(accept);
    await ended('done');
    await waitFor(() => expect(screen.queryByRole('region', { name: 'Questions of the server' })).toBeNull(), wait);
  });
});

test('form and JSON are one document', async () => {
  const user = userEvent.setup();
  await open('numbers');
  await user.type(screen.getByRole('textbox', { name: 'id' }), '9007199254740993');
  expect(tools.session?.args.text).toBe('{\n  "id": 9007199254740993\n}');
  tools.session?.args.setText('{"id": 9007199254740995, "ratio": 1.10}');
  await waitFor(() => expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'ratio' }).value).toBe('1.10'));
  tools.session?.args.setText('{"id": 1,');
  await screen.findByText(/The JSON text is broken/);
  expect(screen.getByRole<HTMLTextAreaElement>('textbox', { name: 'id' }).value).toBe('9007199254740995');
  expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Run' }).disabled).toBe(true);
});

describe('the list', () => {
  test('/ leads to the search, which narrows it; Escape clears, arrows choose', async () => {
    const user = userEvent.setup();
    await open('echo');
    const box = screen.getByRole('searchbox', { name: 'Search tools' });
    screen.getByRole('listbox', { name: 'tools' }).focus();
    await user.keyboard('/');
    expect(document.activeElement).toBe(box);
    await user.keyboard('delete');
    expect(screen.getByText(/^1 of /).textContent).toBe(`1 of ${String(tools.tools.length)}`);
    await user.keyboard('{ArrowDown}');
    expect(tools.session?.tool.name).toBe('delete_everything');
    await user.clear(box);
    await user.type(box, 'zzz');
    expect(screen.getByText('Nothing matches')).toBeTruthy();
    await user.click(screen.getByRole('button', { name: 'Clear the search' }));
    expect(tools.found.length).toBe(tools.tools.length);
  });

  test('10,000 tools are few elements, and a keystroke is short', async () => {
    const many: Tool[] = Array.from({ length: 10_000 }, (_, index) => ({
      index,
      name: `tool_${String(index)}`,
      title: `Number ${String(index)}`,
      summary: 'Does a thing. '.repeat(14),
      readOnly: true,
      destructive: index % 9 === 0,
    }));
    const source = {
      tools: () => Promise.resolve({ tools: many, pages: 10, more: false, cursor: '', seqs: [], at: 0, findings: [] }),
      tool: (_: string, index: number) => backend.tool('open', index % 5),
      check: () => Promise.resolve([]),
      listChanges: (_: string, of: ListKind) => Promise.resolve({ of, since: 0, at: 0, items: [], gone: [] }),
      dismissChanges: () => Promise.resolve(),
      connections: () =>
        Promise.resolve([{ profile: 'open', conn: 'c', rev: 1, phase: 'connected', toolsChanged: true }]),
      onConnections: () => () => undefined,
      faultOf,
    };
    const own = new ProfileTools(
      source,
      new Runs({
        run: (i) => backend.run(i),
        cancel: () => Promise.resolve(),
        calls: () => Promise.resolve([]),
        onCalls: () => () => undefined,
        faultOf,
      }),
      new Drafts(null),
      'open',
    );
    const { container } = render(ToolsView, { profile: 'open', tools: own });
    await waitFor(() => expect(own.tools.length).toBe(10_000), wait);
    expect(container.querySelectorAll('*').length).toBeLessThan(400);
    expect(screen.getByText('The server says the list has changed.')).toBeTruthy();
    const box = screen.getByRole('searchbox', { name: 'Search tools' });
    await fireEvent.input(box, { target: { value: 'tool_99' } });
    expect(own.found.length).toBe(111);
    expect(container.querySelectorAll('*').length).toBeLessThan(400);
  });

  test('odd tools are listed with what is odd about them', async () => {
    await open('echo');
    const odd: Tool[] = [
      { index: 0, name: '', title: '', summary: '', problem: 'it has no name' },
      { index: 1, name: 'x', title: '', summary: '', excluded: 'x-mcp-header names a header twice' },
      { index: 2, name: 'x', title: '', summary: '', destructive: true },
    ];
    const source = {
      ...backendSource(),
      tools: () =>
        Promise.resolve({
          tools: odd,
          pages: 1,
          more: false,
          cursor: '',
          seqs: [],
          at: 0,
          findings: ['page 2 repeats page 1'],
        }),
    };
    const own = new ProfileTools(
      source,
      new Runs({
        run: (i) => backend.run(i),
        cancel: () => Promise.resolve(),
        calls: () => Promise.resolve([]),
        onCalls: () => () => undefined,
        faultOf,
      }),
      new Drafts(null),
      'open',
    );
    render(ToolsView, { profile: 'open', tools: own });
    await screen.findByText('page 2 repeats page 1', {}, wait);
    expect(screen.getByText('malformed')).toBeTruthy();
    expect(screen.getByText('(no name)')).toBeTruthy();
    own.select(1);
    expect(await screen.findByText(/clients must not offer this tool/)).toBeTruthy();
  });
});

function backendSource() {
  return {
    tool: (id: string, index: number) => backend.tool(id, index),
    check: () => Promise.resolve([]),
    listChanges: (_: string, of: ListKind) => Promise.resolve({ of, since: 0, at: 0, items: [], gone: [] }),
    dismissChanges: () => Promise.resolve(),
    connections: (after: number) => backend.connections(after),
    onConnections: () => () => undefined,
    faultOf,
  };
}

test('axe finds nothing', async () => {
  const user = userEvent.setup();
  await open('create_order');
  await user.click(screen.getByRole('button', { name: 'Run' }));
  await ended('unsent');
  await user.click(screen.getByRole('button', { name: 'Add item to lines' }));
  await noViolations();
  await choose('choices');
  await user.click(await screen.findByRole('button', { name: 'Run' }, wait));
  await ended('done');
  await noViolations();
});

async function noViolations(): Promise<void> {
  // Colours are not laid out here: tokens.test.ts holds their contrast.
  const found = await axe.run(document.body, {
    rules: { 'color-contrast': { enabled: false }, region: { enabled: false } },
  });
  expect(found.violations.map((v) => `${v.id}: ${v.nodes.map((n) => n.html).join(' ')}`)).toEqual([]);
}
