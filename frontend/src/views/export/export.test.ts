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

  it('hands on a range of time: of the timeline, the last minutes, or as it is written', async () => {
    const backend = new FakeBackend();
    const whats: { from: number; to: number }[] = [];
    const look = backend.lookAtExport.bind(backend);
    backend.lookAtExport = (input) => {
      whats.push(input.what);
      return look(input);
    };
    const shown = { filter: '', window: { from: 1000.4, to: 2000.6 } };
    render(HandOnDialog, { backend, from: { ...from, seqs: [7], shown }, onclose: () => undefined });
    const time = await screen.findByRole('combobox', { name: 'Time' });
    const choose = (value: string) => fireEvent.change(time, { target: { value } });
    const asked = (want: { from: number; to: number }) =>
      expect.poll(() => whats.at(-1), { timeout: 5000 }).toMatchObject({ ...want, view: 'v', seqs: [] });
    await asked({ from: 0, to: 0 });
    expect(await screen.findByText(/^12 entries/)).toBeTruthy();
    await choose('part');
    await asked({ from: 1000, to: 2001 });
    await choose('last');
    await asked({ from: 1_795_286_242_000_000, to: 1_795_286_542_000_000 });
    await choose('own');
    const first = screen.getByRole<HTMLInputElement>('textbox', { name: 'From' });
    expect(first.value).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.000$/);
    await fireEvent.input(screen.getByRole('textbox', { name: 'To' }), { target: { value: '' } });
    await asked({ from: 1_795_286_242_000_000, to: 0 });
    await fireEvent.input(first, { target: { value: 'yesterday' } });
    expect(await screen.findByText(/Write it as/)).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>('button', { name: 'Save…' }).disabled).toBe(true);
    await expectAccessible();
  });

  it('offers no part of the timeline where none is chosen, and takes it from the filter where it says one', async () => {
    const backend = new FakeBackend();
    const { unmount } = render(HandOnDialog, { backend, from: { ...from, seqs: [7] }, onclose: () => undefined });
    expect(await screen.findByRole('combobox', { name: 'Time' })).toBeTruthy();
    expect(screen.queryByRole('option', { name: 'The part chosen on the timeline' })).toBeNull();
    unmount();
    const filter = 'echo since:2026-11-21T10:00:00.000001Z until:2026-11-21T10:00:01.000000Z';
    render(HandOnDialog, {
      backend,
      from: { ...from, seqs: [7], shown: { filter, window: undefined } },
      onclose: () => undefined,
    });
    expect(await screen.findByRole('option', { name: 'The part chosen on the timeline' })).toBeTruthy();
    expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Entries' }).value).toBe('shown');
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
