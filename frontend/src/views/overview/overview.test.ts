import { render, screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { beforeEach, expect, it } from 'vitest';
import { backend, type core } from '../../backend';
import { FakeBackend } from '../../backend/fake';
import { fakeError } from '../../backend/fake/servers';
import { overviewOf } from '../../state/appInspect';
import { expectAccessible } from '../../test/axe';
import OverviewView from './OverviewView.svelte';

/** The one backend of a test is the twin. */
function twin(): FakeBackend {
  if (backend instanceof FakeBackend) return backend;
  throw new Error('this test runs over the twin');
}

const fake = twin();

const served = (method: string, change: Partial<core.ServedMethod> = {}): core.ServedMethod => ({
  capability: method.split('/')[0] ?? '',
  method,
  declared: true,
  verdict: 'unknown',
  check: method.endsWith('/list'),
  problem: '',
  text: '',
  count: 0,
  at: 0,
  seq: 0,
  ...change,
});

async function view(change: Partial<core.Overview>): Promise<{ shown: number[][] }> {
  fake.setOverview('open', {
    served: [],
    asked: [],
    streams: [],
    attempts: [],
    waiting: [],
    waitingAll: 0,
    checking: '',
    noStream: false,
    icons: [],
    ...change,
  });
  const connection = (await backend.connections(0)).find((c) => c.profile === 'open');
  const server = (await backend.servers()).profiles.find((p) => p.id === 'open');
  if (!connection || !server) throw new Error('the twin has no such server');
  const shown: number[][] = [];
  render(OverviewView, {
    profile: 'open',
    server,
    connection,
    conn: connection.conn,
    era: connection.era,
    signIn: null,
    blocked: '',
    onshowentries: (seqs: readonly number[]) => void shown.push([...seqs]),
  });
  await waitFor(() => expect(overviewOf('open').now).not.toBeNull());
  return { shown };
}

beforeEach(() => {
  fake.inspected.length = 0;
  overviewOf('open').every = 0;
});

it('compares what is declared with what is served, and checks', async () => {
  const { shown } = await view({
    served: [
      served('tools/list', { verdict: 'served', at: 1, seq: 11 }),
      served('resources/templates/list', { verdict: 'missing', seq: 12, problem: 'Declared, but not served.' }),
      served('prompts/list', { declared: false }),
      served('completion/complete', {
        declared: false,
        verdict: 'served',
        seq: 13,
        problem: 'Served, but not declared.',
      }),
    ],
  });
  const problems = within(await screen.findByRole('list', { name: 'What is not as declared' }));
  expect(problems.getAllByRole('listitem').map((li) => li.textContent)).toEqual([
    'Declared, but not served. resources/templates/list',
    'Served, but not declared. completion/complete',
  ]);
  const rows = within(screen.getByRole('list', { name: 'Declared and served' }));
  expect(rows.queryByText('prompts/list')).toBeNull();
  const user = userEvent.setup();
  await user.click(rows.getAllByRole('button', { name: 'answered' })[0] as HTMLElement);
  expect(shown).toEqual([[11]]);
  await user.click(screen.getByRole('button', { name: 'Check' }));
  await user.click(screen.getByRole('button', { name: 'Check undeclared too' }));
  expect(fake.inspected).toEqual(['check open', 'check open all']);
  await expectAccessible();
});

it('can stop a check', async () => {
  await view({ checking: 'tools/list' });
  await userEvent.setup().click(await screen.findByRole('button', { name: 'Stop' }));
  expect(fake.inspected).toEqual(['stop open']);
});

it('pings by button and by key, and again and again while it is shown', async () => {
  await view({});
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Ping' }));
  expect(await screen.findByText(/median/)).toBeDefined();
  screen.getByRole('region', { name: 'Overview of the connection' }).focus();
  await user.keyboard('p');
  await waitFor(() => expect(fake.inspected).toEqual(['ping open', 'ping open']));
  expect(within(await screen.findByRole('list', { name: 'Last pings' })).getAllByRole('listitem')).toHaveLength(2);
  await user.selectOptions(screen.getByRole('combobox', { name: 'Ping every' }), '1');
  await waitFor(() => expect(fake.inspected.length).toBeGreaterThan(2));
  overviewOf('open').every = 0;
  await expectAccessible();
});

it('shows streams, what waits, and each request that found the version', async () => {
  const stream: core.EventStream = {
    kind: 'get',
    of: '',
    state: 'waiting',
    since: Date.now() * 1000,
    opened: 3,
    events: 7,
    lastEvent: 0,
    lastID: 'e-17',
    retry: 1500,
    next: Date.now() * 1000 + 60_000_000,
    text: '',
    entry: 21,
  };
  const { shown } = await view({
    streams: [stream],
    waiting: [{ seq: 31, since: 1, ours: true, method: 'tools/call', name: 'slow' }],
    waitingAll: 1,
    attempts: [
      {
        method: 'server/discover',
        asked: '2026-07-28',
        status: 400,
        code: -32000,
        answer: 'no',
        open: false,
        took: 900,
        request: 2,
        reply: 3,
        http: 1,
      },
    ],
    process: { pid: 4711, started: 1, exit: '' },
  });
  expect(await screen.findByText('retry 1.50 s')).toBeDefined();
  expect(screen.getByText('e-17')).toBeDefined();
  expect(screen.getByText('opened 3 times')).toBeDefined();
  expect(screen.getByText(/asked for again in/)).toBeDefined();
  expect(screen.getByText('HTTP 400 · error -32000 · no')).toBeDefined();
  expect(screen.getByText(/4711/)).toBeDefined();
  const user = userEvent.setup();
  await user.click(screen.getByRole('button', { name: 'Show this server/discover in the traffic' }));
  await user.click(screen.getByRole('button', { name: 'tools/call slow' }));
  await user.click(screen.getByRole('button', { name: 'Show “GET stream” in the traffic' }));
  expect(shown).toEqual([[2, 3, 1], [31], [21]]);
  await expectAccessible();
});

it('renders the instructions, and shows their source', async () => {
  await view({});
  const box = screen.getByRole('region', { name: 'Text of the instructions' });
  expect(within(box).getByRole('article')).toBeDefined();
  await userEvent.setup().click(screen.getByRole('button', { name: 'Source' }));
  expect(box.querySelector('pre')?.textContent).toContain('Start with echo.');
});

it('shows the server’s icon, and nothing where it cannot be had', async () => {
  const icon: core.Icon = { src: 'https://example.com/a.png', mimeType: '', sizes: [], theme: '' };
  await view({ icons: [icon] });
  await waitFor(() => expect(document.querySelector('img')?.src).toMatch(/^data:image\/png;base64,/));
  expect(fake.inspected).toEqual(['icon server 0 0']);
});

it('says why an icon is not shown', async () => {
  fake.iconAnswer = { type: '', data: '', problem: 'It was answered with HTTP 404.', seq: 0 };
  await view({ icons: [{ src: 'https://example.com/gone.png', mimeType: '', sizes: [], theme: '' }] });
  expect(await screen.findByTitle('No icon: It was answered with HTTP 404.')).toBeDefined();
  expect(document.querySelector('img')).toBeNull();
});

it('says why a ping failed', async () => {
  await view({
    pings: [
      { at: 1, method: 'ping', took: 0, seq: 0, err: fakeError({ kind: 'timeout', message: 'No answer came.' }) },
    ],
  });
  expect(await screen.findByText('No answer came.')).toBeDefined();
  expect(screen.getByRole('button', { name: 'timeout' })).toBeDefined();
});
