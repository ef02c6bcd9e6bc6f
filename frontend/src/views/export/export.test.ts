import { fireEvent, render, screen, within } from '@testing-library/svelte';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeBackend } from '../../backend/fake';
import { expectAccessible } from '../../test/axe';
import { Captures } from '../../state/captures.svelte';
import CapturesDialog from '../captures/CapturesDialog.svelte';
import CopyAs from './CopyAs.svelte';
import HandOnDialog from './HandOnDialog.svelte';

const from = { kind: 'entries', view: 'v', seqs: [7], conn: 'c1' } as const;

beforeEach(() => localStorage.clear());

describe('copy as code', () => {
  it('shows the code of the chosen language and remembers the choice', async () => {
    const backend = new FakeBackend();
    const { unmount } = render(CopyAs, { backend, seq: 7, onclose: () => undefined });
    expect((await screen.findByLabelText('Code')).textContent).toContain('curl of entry 7');
    expect(screen.getByText('SIGHTGLASS_TOKEN')).toBeTruthy();
    await fireEvent.click(screen.getByRole('button', { name: 'TypeScript (fetch)' }));
    expect(await screen.findByText('fetch of entry 7')).toBeTruthy();
    await expectAccessible();
    unmount();
    render(CopyAs, { backend, seq: 8, onclose: () => undefined });
    expect(await screen.findByText('fetch of entry 8')).toBeTruthy();
  });

  it('says when nothing can be made of an entry', async () => {
    const backend = new FakeBackend();
    backend.copyForms = () => Promise.resolve([]);
    render(CopyAs, { backend, seq: 7, onclose: () => undefined });
    expect(await screen.findByText(/This entry is no request/)).toBeTruthy();
  });
});

describe('export', () => {
  it('replaces what looks like a secret and saves', async () => {
    const backend = new FakeBackend();
    const inputs: unknown[] = [];
    const look = backend.lookAtExport.bind(backend);
    backend.lookAtExport = (input) => {
      inputs.push(input);
      return look(input);
    };
    render(HandOnDialog, { backend, from: { ...from, seqs: [7] }, onclose: () => undefined });
    expect(await screen.findByText('sightglass of me@example.org')).toBeTruthy();
    expect(inputs.at(-1)).toMatchObject({ what: { seqs: [7], view: '', conn: '' }, format: 'sightglass' });
    await fireEvent.click(screen.getByRole('button', { name: 'Replace me@example.org' }));
    expect(await screen.findByText('sightglass of ‹redacted #0001›')).toBeTruthy();
    expect(screen.getByText(/Nothing in it looks like a secret/)).toBeTruthy();
    await expectAccessible();
    await fireEvent.change(screen.getByRole('combobox', { name: 'Entries' }), { target: { value: 'shown' } });
    await fireEvent.click(screen.getByRole('button', { name: 'HAR' }));
    expect(await screen.findByText('har of ‹redacted #0001›')).toBeTruthy();
    expect(inputs.at(-1)).toMatchObject({ what: { seqs: [], view: 'v', conn: '' }, words: ['me@example.org'] });
    await fireEvent.click(screen.getByRole('button', { name: 'Save…' }));
    expect(await screen.findByText('Saved to /home/me/traffic.har')).toBeTruthy();
  });

  it('shows a report file by file and leaves one out', async () => {
    const backend = new FakeBackend();
    render(HandOnDialog, { backend, from: { ...from, seqs: [] }, onclose: () => undefined });
    await fireEvent.click(await screen.findByRole('button', { name: 'Bug report' }));
    await fireEvent.input(screen.getByLabelText('What happened'), { target: { value: 'It fails' } });
    expect(await screen.findByText('# It fails')).toBeTruthy();
    await fireEvent.click(screen.getByRole('checkbox', { name: /traffic.har/ }));
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: /traffic.har/ }).checked).toBe(false);
    await expectAccessible();
  });

  it('sends spans and tells the answer', async () => {
    const backend = new FakeBackend();
    render(HandOnDialog, { backend, from: { ...from, seqs: [] }, onclose: () => undefined });
    await fireEvent.click(await screen.findByRole('button', { name: 'OpenTelemetry' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Send spans' }));
    expect(
      await screen.findByText(/5 spans sent to http:\/\/127.0.0.1:4318\/v1\/traces; it answered 200/),
    ).toBeTruthy();
    await expectAccessible();
  });

  it('serves a mock and stops it', async () => {
    const backend = new FakeBackend();
    render(HandOnDialog, { backend, from: { ...from, seqs: [] }, onclose: () => undefined });
    await fireEvent.click(await screen.findByRole('button', { name: 'Mock server' }));
    await fireEvent.click(screen.getByRole('button', { name: 'Serve as mock' }));
    const mock = await screen.findByRole('region', { name: 'Mock of Sample' });
    expect(within(mock).getByText('http://127.0.0.1:4321/mcp')).toBeTruthy();
    expect(within(mock).getByText('tools/call echo')).toBeTruthy();
    await expectAccessible();
    await fireEvent.click(within(mock).getByRole('button', { name: 'Stop the mock of Sample' }));
    await expect.poll(() => screen.queryByRole('region', { name: 'Mock of Sample' })).toBeNull();
  });
});

it('opens a capture file beside the kept captures, and closes it', async () => {
  const backend = new FakeBackend();
  const captures = new Captures(backend);
  const end = captures.start();
  const opened: string[] = [];
  render(CapturesDialog, {
    captures,
    opened: [],
    onopen: (ids: string[]) => opened.push(...ids),
    onclose: () => undefined,
  });
  await expect.poll(() => captures.list.length).toBeGreaterThan(0);
  await fireEvent.click(screen.getByRole('button', { name: 'Open a file…' }));
  await expect.poll(() => opened).toEqual(['1048577:c1']);
  expect(await screen.findByText('x.sightglass')).toBeTruthy();
  await captures.closeFile('1048577:c1');
  await expect.poll(() => screen.queryByText('x.sightglass')).toBeNull();
  end();
});
