import type { core } from '../../../wailsjs/go/models';
import { AppError } from '../error';
import type { ModernBackend } from '../modern';
import { FakeDrift } from './drift';

/** The rounds and streams of the twin: what a test puts there. */
export class FakeModern extends FakeDrift implements ModernBackend {
  /** By call. */
  readonly roundsOf = new Map<string, core.CallRounds>();
  readonly roundsSent: core.HandRetry[] = [];
  mirrors: core.Mirrors = { used: false, headers: [], findings: [] };
  /** By profile. */
  readonly streamsOf = new Map<string, core.Streams>();
  #streams = 0;

  rounds(_id: string, call: string): Promise<core.CallRounds> {
    return Promise.resolve(this.roundsOf.get(call) ?? { call, rounds: [], limit: 20 });
  }

  sendRound(retry: core.HandRetry): Promise<void> {
    this.roundsSent.push(retry);
    return Promise.resolve();
  }

  mirror(): Promise<core.Mirrors> {
    return Promise.resolve(this.mirrors);
  }

  streams(id: string): Promise<core.Streams> {
    return Promise.resolve(structuredClone(this.#of(id)));
  }

  #of(id: string): core.Streams {
    const none = { tools: true, prompts: true, resources: true, subscribe: true, tasks: false };
    return this.streamsOf.get(id) ?? { used: false, streams: [], foreign: [], offer: none };
  }

  openStream(input: core.StreamInput): Promise<string> {
    const all = this.#of(input.profile);
    const name = `s${String(++this.#streams)}`;
    const asked = {
      ...(input.tools ? { toolsListChanged: true } : {}),
      ...(input.uris.length > 0 ? { resourceSubscriptions: input.uris } : {}),
    };
    all.streams.push({
      name,
      id: `"${name}"`,
      state: 'open',
      since: Date.now() * 1000,
      request: JSON.stringify(asked),
      accepted: JSON.stringify(asked),
      refused: input.prompts ? ['promptsListChanged'] : [],
      opened: 1,
      text: '',
      entries: [4],
      want: input,
      events: 0,
      last: 0,
      lastSeq: 0,
      tries: 0,
      retry: 0,
    });
    this.streamsOf.set(input.profile, all);
    return Promise.resolve(name);
  }

  closeStream(id: string, name: string): Promise<void> {
    const all = this.#of(id);
    this.streamsOf.set(id, { ...all, streams: all.streams.filter((s) => s.name !== name) });
    return Promise.resolve();
  }

  reopenStream(id: string, name: string): Promise<void> {
    const one = this.#of(id).streams.find((s) => s.name === name);
    if (!one) return Promise.reject(new AppError({ message: 'this stream is there no longer', kind: 'input' }));
    Object.assign(one, { state: 'open', opened: one.opened + 1, retry: 0, text: '' });
    return Promise.resolve();
  }
}
