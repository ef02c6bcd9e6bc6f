import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it } from 'vitest';
import { AppError } from '../../backend/error';
import { FakeBackend } from '../../backend/fake';
import { fakeCall, fakeCallResult } from '../../backend/fake/collections';
import { lasting } from '../../state/lasting.svelte';
import { SavedCalls } from '../../state/savedCalls.svelte';
import { CallSaver } from '../../state/callSaver.svelte';
import CallsView from './CallsView.svelte';
import SaveCallDialog from './SaveCallDialog.svelte';

let backend: FakeBackend;
let calls: SavedCalls;
const user = userEvent.setup();
const path = '/calls/smoke.mcp-calls.json';

beforeEach(() => {
  backend = new FakeBackend({ speed: 100 });
  backend.collectionsChanged = () => backend.emit('collections', 0);
  calls = lasting(() => new SavedCalls(backend, 'sample', (error) => AppError.from(error).fault));
});

const show = (): unknown => render(CallsView, { profile: 'sample', era: 'modern', calls });

describe('saved calls', () => {
  it('begin with a new file and a call', async () => {
    show();
    await screen.findByText('No saved calls');
    await user.click(screen.getByRole('button', { name: 'Files' }));
    await user.click(await screen.findByRole('menuitem', { name: 'New…' }));
    await user.type(await screen.findByLabelText('Name'), 'First{Enter}');
    await screen.findByText('No call in this file');
    const [add] = screen.getAllByRole('button', { name: 'Add a call' });
    if (add) await user.click(add);
    await user.type(await screen.findByLabelText('Name'), 'one');
    await user.click(screen.getByRole('button', { name: 'Save' }));
    expect(backend.files.get('/calls/first.mcp-calls.json')?.collection.calls[0]?.name).toBe('one');
  });

  it('warn of a credential, and make a secret variable of it', async () => {
    backend.setCollection(path, {
      name: 'Smoke',
      comment: '',
      variables: [],
      calls: [fakeCall({ params: '{"key":"sk-secret"}' })],
    });
    show();
    const strip = await screen.findByRole('status', { name: 'Credentials in the file' });
    expect(strip.textContent).toContain('1 value looks like a credential');
    expect(within(strip).queryByRole('button', { name: 'Save as it is' })).toBeNull();
    await user.click(within(strip).getByRole('button', { name: 'Make secret variables of them' }));
    await expect.poll(() => screen.queryByRole('status', { name: 'Credentials in the file' })).toBeNull();
    expect(backend.files.get(path)?.collection.calls[0]?.params).toBe('{"key":"{{secret}}"}');
  });

  it('ask before a call with a credential is saved', async () => {
    const saver = lasting(() => new CallSaver(backend, (error) => AppError.from(error).fault));
    backend.callParams = '{"key":"sk-secret"}';
    await saver.ask([7], 'Keys');
    render(SaveCallDialog, { saver });
    await user.click(await screen.findByRole('button', { name: 'Save' }));
    await screen.findByText(/Nothing is saved yet/);
    expect(backend.files.size).toBe(0);
    await user.click(screen.getByRole('button', { name: 'Save as it is' }));
    await expect.poll(() => saver.seqs.length).toBe(0);
    expect([...backend.files.values()][0]?.collection.calls[0]?.params).toContain('sk-secret');
  });

  it('show how a run went, what was expected and what came', async () => {
    backend.setCollection(path, {
      name: 'Smoke',
      comment: '',
      variables: [],
      calls: [fakeCall(), fakeCall({ name: 'add' })],
    });
    show();
    await user.click(await screen.findByRole('button', { name: 'Run all' }));
    const run = [...backend.runs.values()][0];
    if (!run) throw new Error('nothing was run');
    backend.runs.set(run.run, {
      ...run,
      counts: { passed: 1, failed: 1, broken: 0, skipped: 0 },
      results: [
        fakeCallResult(),
        fakeCallResult({
          index: 1,
          name: 'add',
          state: 'failed',
          verdicts: [{ text: '$.n is 3', pass: false, got: '4' }],
        }),
      ],
    });
    calls.run = { ...run, ended: 0 };
    backend.collectionsChanged();
    const results = await screen.findByRole('region', { name: 'Results' });
    await within(results).findByText('Expected: $.n is 3; but 4');
    expect(within(results).getByText('Smoke: 1 passed, 1 failed')).toBeTruthy();
  });

  it('ask before edits are lost', async () => {
    backend.setCollection(path, { name: 'Smoke', comment: '', variables: [], calls: [fakeCall()] });
    backend.setCollection('/calls/b.mcp-calls.json', { name: 'Other', comment: '', variables: [], calls: [] });
    show();
    await screen.findByLabelText('Params');
    calls.add();
    await user.selectOptions(screen.getByLabelText('File with saved calls'), 'Other');
    await user.click(await screen.findByRole('button', { name: 'Cancel' }));
    expect(calls.path).toBe(path);
    await user.selectOptions(screen.getByLabelText('File with saved calls'), 'Other');
    await user.click(await screen.findByRole('button', { name: 'Discard' }));
    expect(calls.path).toBe('/calls/b.mcp-calls.json');
  });
});
