import { describe, expect, it, vi } from 'vitest';
import { FakeBackend } from '../backend/fake';
import { fakeForm, fakeRoots, fakeSampling, fakeUrl } from '../backend/fake/questions';
import { outcomeWords } from '../lib/inboxWords';
import { inboxSource } from './appInbox';
import { Inbox } from './inbox.svelte';

function open(): { backend: FakeBackend; inbox: Inbox } {
  const backend = new FakeBackend({ speed: 1000, past: 0 });
  const inbox = new Inbox(inboxSource(backend));
  inbox.start();
  return { backend, inbox };
}

describe('the inbox', () => {
  it('lists what waits first, oldest first, and what is settled with who settled it', async () => {
    const { backend, inbox } = open();
    const form = backend.ask(fakeForm('open'), { asked: 1 });
    backend.ask(fakeRoots('search'), { asked: 2, state: 'answered', by: 'roots', settled: 20 });
    backend.ask(fakeUrl('search'), { asked: 3 });
    backend.ask(fakeRoots('open'), { asked: 4, state: 'cancelled', by: 'server', settled: 30 });
    await vi.waitFor(() => expect(inbox.rows).toHaveLength(4));
    expect(inbox.rows.map((q) => `${q.method} ${outcomeWords(q)}`)).toEqual([
      'elicitation/create Waiting',
      'elicitation/create Waiting',
      'roots/list Cancelled by the server',
      'roots/list Answered by the roots in the settings',
    ]);
    expect(inbox.of('open').map((q) => q.id)).toEqual([form.id]);
    inbox.query = 'roots settings';
    expect(inbox.rows).toHaveLength(1);
  });

  it('keeps an answer being written until it is sent, and sends its content alone', async () => {
    const { backend, inbox } = open();
    const item = backend.ask(fakeForm('open'));
    const q = inbox.asked(item);
    await q.load();
    expect(q.reply().content).toBe('{"nights":2,"room":"d","newsletter":false}');
    await q.send();
    expect(q.found.map((p) => p.message)).toEqual(['"name" is required', '"email" is required']);
    expect(backend.replies).toEqual([]);
    q.doc.set(['content', 'name'], { kind: 'string', value: 'Ada', start: -1, end: -1 });
    expect(inbox.asked(item)).toBe(q);
    await q.send('', true);
    expect(backend.replies).toMatchObject([{ kind: 'accept', force: true }]);
    await vi.waitFor(() => expect(q.pending).toBe(false));
    expect(inbox.settled).toHaveLength(1);
  });

  it('writes one answer in every way there is', async () => {
    const { backend, inbox } = open();
    const q = inbox.asked(backend.ask(fakeSampling('open')));
    await q.load();
    expect(q.reply().kind).toBe('result');
    q.view = 'error';
    q.error.code = 'x';
    expect(q.blocked).toBe('The code is a whole number.');
    q.error.code = '-32000';
    expect(q.reply()).toMatchObject({ kind: 'error', code: -32000 });
    expect(q.rule()).toMatchObject({ action: 'error', code: -32000, content: '', tool: 'plan_trip' });
    q.view = 'malformed';
    q.raw = '{';
    expect(q.reply()).toMatchObject({ kind: 'malformed', text: '{' });
    q.use({ ...q.template('x'), kind: 'result', content: '{"role":"user"}' });
    expect(q.view).toBe('json');
    expect(q.reply()).toMatchObject({ kind: 'result', content: '{"role":"user"}' });
    expect(q.reply('open').url).toBe('');
  });

  it('puts what the sampler says into the answer, for review', async () => {
    const { backend, inbox } = open();
    const q = inbox.asked(backend.ask(fakeSampling('open')));
    await q.load();
    await q.ask();
    expect(q.draft?.err?.message).toBe('no endpoint is set');
    await backend.setSampler({
      settings: { url: 'http://127.0.0.1:1', model: '', timeout: 0, allowHTTP: false },
      key: '',
      clearKey: false,
    });
    await q.ask();
    expect(q.reply().content).toContain('It will rain.');
    expect(backend.replies).toEqual([]);
  });

  it('makes a rule of an answer', async () => {
    const { backend, inbox } = open();
    const q = inbox.asked(backend.ask(fakeForm('open')));
    await q.load();
    expect(q.rule()).toMatchObject({
      profile: 'open',
      method: 'elicitation/create',
      mode: 'form',
      tool: 'book_room',
      action: 'answer',
      content: '{"action":"accept","content":{"nights":2,"room":"d","newsletter":false}}',
    });
  });
});
