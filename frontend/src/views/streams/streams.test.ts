import { render, screen, waitFor, within } from '@testing-library/svelte';
import { userEvent } from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { AppError, type core } from '../../backend';
import { Streams } from '../../state/streams.svelte';
import { expectAccessible } from '../../test/axe';
import { testWindow } from '../../test/window';
import StreamsView from './StreamsView.svelte';

const want: core.StreamInput = {
  profile: 'open',
  tools: true,
  prompts: false,
  resources: false,
  uris: ['memo://notes'],
  taskIds: [],
};

async function view(all: core.Streams): Promise<Awaited<ReturnType<typeof testWindow>> & { shown: number[][] }> {
  const w = await testWindow();
  const { backend, connections } = w;
  backend.streamsOf.set('open', all);
  const connection = connections.get('open');
  if (!connection) throw new Error('the twin has no such connection');
  const shown: number[][] = [];
  const streams = new Streams(
    {
      streams: (id) => backend.streams(id),
      openStream: (input) => backend.openStream(input),
      closeStream: (id, name) => backend.closeStream(id, name),
      reopenStream: (id, name) => backend.reopenStream(id, name),
      watchLists: (id) => backend.watchLists(id),
      faultOf: (error) => AppError.from(error).fault,
    },
    'open',
  );
  render(StreamsView, {
    profile: 'open',
    connection,
    streams,
    onshowentries: (s: readonly number[]) => void shown.push([...s]),
  });
  return { ...w, shown };
}

const lost: core.ListenStream = {
  name: 'own',
  id: '',
  state: 'waiting',
  since: 0,
  request: '{}',
  accepted: '{}',
  refused: ['memo://notes'],
  opened: 2,
  text: 'The connection was cut.',
  entries: [7],
  want,
  events: 3,
  last: 1_700_000_000_000_000,
  lastSeq: 9,
  tries: 2,
  retry: Date.now() * 1000 + 4_000_000,
};

it('lists the streams with what was not taken and when they are opened again', async () => {
  const { shown } = await view({
    used: true,
    streams: [lost],
    foreign: [{ id: 'nobody', count: 2, last: 0, method: 'notifications/x', entry: 12, ended: false }],
    offer: { tools: true, prompts: false, resources: true, subscribe: true, tasks: false },
  });
  const own = within(await screen.findByRole('article', { name: 'This connection’s own' }));
  expect(own.getByText('Lost')).toBeDefined();
  expect(own.getByRole('status').textContent).toMatch(/opened again in [3-5] s, try 2 of 10/);
  expect(own.getByText('memo://notes').tagName).toBe('S');
  expect(own.getByText('The server acknowledged 1 of 2.')).toBeDefined();
  expect(screen.getByText('nobody')).toBeDefined();
  await expectAccessible();
  const user = userEvent.setup();
  await user.click(own.getByRole('button', { name: 'Show in traffic' }));
  expect(shown).toEqual([[7, 9]]);
  await user.click(own.getByRole('button', { name: 'Open again' }));
  expect(await own.findByText('Open')).toBeDefined();
});

it('opens a stream with a filter, and closes it', async () => {
  const { backend } = await view({
    used: true,
    streams: [],
    foreign: [],
    offer: { tools: true, prompts: false, resources: true, subscribe: true, tasks: true },
  });
  const open = vi.spyOn(backend, 'openStream');
  const user = userEvent.setup();
  const button = await screen.findByRole('button', { name: 'Open stream' });
  expect(button).toHaveProperty('disabled', true);
  await user.click(screen.getByLabelText('Changes of the tools'));
  await user.click(screen.getByLabelText('Changes of the prompts'));
  expect(screen.getByText('The server does not declare to tell of: changes of the prompts.')).toBeDefined();
  await user.type(screen.getByLabelText('Updates of resources'), 'a:1\n a:2 ');
  await user.type(screen.getByLabelText('Tasks'), 't1');
  await user.click(button);
  await waitFor(() => expect(open).toHaveBeenCalledOnce());
  expect(open.mock.calls[0]?.[0]).toEqual({
    profile: 'open',
    tools: true,
    prompts: true,
    resources: false,
    uris: ['a:1', 'a:2'],
    taskIds: ['t1'],
  });
  const made = within(await screen.findByRole('article', { name: 'Stream 1' }));
  expect(made.getByText('changes of the prompts').tagName).toBe('S');
  await expectAccessible();
  await user.click(made.getByRole('button', { name: 'Close' }));
  await waitFor(() => expect(screen.queryByRole('article')).toBeNull());
});
