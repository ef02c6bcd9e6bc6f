import type { core } from '../../../wailsjs/go/models';
import type { FakeInbox } from './inbox';
import { fakeColour } from './questions';
import type { FakeLog } from './log';
import { fakeRawAnswer, fakeRawOutput } from './raw';
import { fakeError } from './servers';
import { fakeResult, fakeTools } from './tools';

type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

/** The calls in flight of the twin, and the questions they ask. */
export class FakeCalls {
  readonly #log: FakeLog;
  readonly #emit: (event: 'calls' | 'questions' | 'connections') => void;
  readonly #wait: Wait;
  readonly #running = new Map<string, { state: core.CallState; stop: AbortController }>();
  readonly #inbox: FakeInbox;

  constructor(
    log: FakeLog,
    emit: (event: 'calls' | 'questions' | 'connections') => void,
    wait: Wait,
    inbox: FakeInbox,
  ) {
    this.#log = log;
    this.#emit = emit;
    this.#wait = wait;
    this.#inbox = inbox;
  }

  check(input: core.RunInput): core.Problem[] {
    const schema = fakeTools.find((t) => t.name === input.tool)?.inputSchema as { required?: string[] } | undefined;
    let args: unknown;
    try {
      args = JSON.parse(input.args);
    } catch {
      return [{ path: '', message: 'not JSON', keyword: 'json' }];
    }
    if (typeof args !== 'object' || args === null || Array.isArray(args))
      return [{ path: '', message: 'not an object', keyword: 'type' }];
    return (schema?.required ?? [])
      .filter((name) => !(name in args))
      .map((name) => ({ path: `/${name}`, message: 'it is required', keyword: 'required' }));
  }

  async run(input: core.RunInput, conn: string): Promise<core.RunOutput> {
    const problems = input.force ? [] : this.check(input);
    if (problems.length > 0) return { ...emptyOutput(input.call), problems };
    const args = JSON.parse(input.args) as Record<string, unknown>;
    const { call, profile, tool } = input;
    const params = { name: tool, arguments: args };
    return this.#send(
      { call, profile, conn, tool, method: 'tools/call', name: tool, params },
      (state, signal) => this.#work(input, args, state, signal),
      () => fakeResult(tool, args) ?? { code: -32603, message: 'Internal error', data: { tool } },
    );
  }

  async request(input: core.RequestInput, conn: string): Promise<core.RunOutput> {
    const { call, profile, method } = input;
    const params = input.params ? (JSON.parse(input.params) as Record<string, unknown>) : undefined;
    return this.#send(
      { call, profile, conn, tool: method, method, ...(params ? { params } : {}) },
      (_, signal) => this.#wait(method === 'resources/read' ? 2_000 : 30, signal),
      () => fakeAnswer(method),
    );
  }

  /** A frame by hand: an answer with its id, an error with the id null for what is no request, nothing for the rest. */
  async frame(input: core.RawInput, conn: string, transport: string): Promise<core.RawOutput> {
    const { call, profile } = input;
    const stop = new AbortController();
    const state = { call, profile, tool: 'frame by hand', started: Date.now() * 1000, message: '', waiting: 0 };
    this.#running.set(call, { state, stop });
    this.#emit('calls');
    const answer = fakeRawAnswer(input.frame);
    const sent = this.#log.append(
      { conn, kind: 'frame', dir: 'out', message: answer?.own ? 'request' : 'invalid', purpose: 'raw', call },
      { message: input.frame },
    );
    await this.#wait(answer ? 20 : transport === 'http' ? 20 : input.wait, stop.signal);
    this.#running.delete(call);
    this.#emit('calls');
    return fakeRawOutput(
      input,
      sent.seq,
      transport,
      stop.signal.aborted ? undefined : answer,
      (message) =>
        this.#log.append({ conn, kind: 'frame', dir: 'in', message: 'response', purpose: 'raw', call }, { message })
          .seq,
    );
  }

  async #send(
    ask: { call: string; profile: string; conn: string; tool: string; method: string; name?: string; params?: object },
    work: (state: core.CallState, signal: AbortSignal) => Promise<void>,
    answer: () => object,
  ): Promise<core.RunOutput> {
    const { call, conn, method, name, params } = ask;
    const id = `"${call}"`;
    const frame = { jsonrpc: '2.0', id: call, method, ...(params ? { params } : {}) };
    const request = this.#log.append(
      { conn, kind: 'frame', dir: 'out', message: 'request', method, ...(name ? { name } : {}), id, open: true, call },
      { message: JSON.stringify(frame) },
    );
    const output = { ...emptyOutput(call), request: request.seq };
    const stop = new AbortController();
    const started = Date.now() * 1000;
    const state: core.CallState = { call, profile: ask.profile, tool: ask.tool, started, message: '', waiting: 0 };
    this.#running.set(call, { state, stop });
    this.#emit('calls');
    await work(state, stop.signal);
    this.#running.delete(call);
    this.#emit('calls');
    if (stop.signal.aborted) return { ...output, err: fakeError({ kind: 'cancelled', message: 'cancelled' }) };
    const result = answer();
    const failed = 'code' in result ? (result as { code: number; message: string }) : undefined;
    const message = JSON.stringify({ jsonrpc: '2.0', id: call, ...(failed ? { error: failed } : { result }) });
    const isError = 'isError' in result;
    const entry = this.#log.append(
      {
        conn,
        kind: 'frame',
        dir: 'in',
        message: failed ? 'error' : 'response',
        id,
        pair: request.seq,
        call,
        toolErr: isError,
      },
      { message },
    );
    const whole = { ...output, seq: entry.seq, bytes: message.length, took: entry.took ?? 0, isError };
    if (!failed) return { ...whole, result: message.length <= 4096 ? JSON.stringify(result) : '' };
    return {
      ...whole,
      err: fakeError({
        kind: 'rpc',
        step: method,
        message: failed.message,
        rpcCode: failed.code,
        rpc: JSON.stringify(failed),
        entries: [entry.seq],
      }),
    };
  }

  cancel(call: string): void {
    this.#running.get(call)?.stop.abort();
  }

  states(profile: string): core.CallState[] {
    return [...this.#running.values()].map((r) => ({ ...r.state })).filter((s) => s.profile === profile);
  }

  async #work(
    input: core.RunInput,
    args: Record<string, unknown>,
    state: core.CallState,
    signal: AbortSignal,
  ): Promise<void> {
    if (input.tool === 'long_task') {
      const total = Number(args.seconds ?? 8);
      for (let i = 0; i < total && !signal.aborted; i++) {
        Object.assign(state, { progress: i, total, message: `step ${i + 1} of ${total}` });
        this.#emit('calls');
        await this.#wait(1000, signal);
      }
    } else if (input.tool === 'ask_user') await this.#ask(input, state, signal);
    else await this.#wait(input.tool === 'echo' ? 2 : 120, signal);
  }

  async #ask(input: core.RunInput, state: core.CallState, signal: AbortSignal): Promise<void> {
    const { profile, call, tool } = input;
    const question = this.#inbox.ask(fakeColour(profile), { call, tool });
    state.waiting = 1;
    this.#emit('calls');
    while (question.state === 'pending' && !signal.aborted) await this.#wait(100, signal);
    if (signal.aborted) this.#inbox.change(question.id, { state: 'cancelled', by: 'user' });
    state.waiting = 0;
    this.#emit('calls');
  }
}

function emptyOutput(call: string): core.RunOutput {
  return {
    call,
    seq: 0,
    request: 0,
    bytes: 0,
    took: 0,
    result: '',
    isError: false,
    problems: [],
    output: [],
    findings: [],
    rounds: 0,
  };
}

/** What a request of any other method is answered with. */
function fakeAnswer(method: string): object {
  switch (method) {
    case 'ping':
      return {};
    case 'resources/list':
      return {
        resources: [
          { uri: 'memo://notes', name: 'notes', mimeType: 'text/markdown', size: 18 },
          { uri: 'file:///samples/square.png', name: 'square.png', mimeType: 'image/png' },
        ],
      };
    case 'resources/read':
      return { contents: [{ uri: 'memo://notes', mimeType: 'text/markdown', text: '# Notes' }] };
    case 'prompts/list':
      return { prompts: [{ name: 'greet', arguments: [{ name: 'who', required: true }] }] };
    case 'tools/list':
      return { tools: fakeTools };
    default:
      return { code: -32601, message: `Method not found: ${method}` };
  }
}
