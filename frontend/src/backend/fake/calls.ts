import type { core } from '../../../wailsjs/go/models';
import { AppError } from '../error';
import type { FakeLog } from './log';
import { fakeError } from './servers';
import { fakeResult, fakeTools } from './tools';

type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;

/** The calls in flight of the twin, and the questions they ask. */
export class FakeCalls {
  readonly #log: FakeLog;
  readonly #emit: (event: 'calls' | 'questions' | 'connections') => void;
  readonly #wait: Wait;
  readonly #running = new Map<string, { state: core.CallState; stop: AbortController }>();
  readonly #questions: core.Question[] = [];

  constructor(log: FakeLog, emit: (event: 'calls' | 'questions' | 'connections') => void, wait: Wait) {
    this.#log = log;
    this.#emit = emit;
    this.#wait = wait;
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
    const output: core.RunOutput = {
      call: input.call,
      seq: 0,
      request: 0,
      bytes: 0,
      took: 0,
      result: '',
      isError: false,
      problems,
      output: [],
      findings: [],
      rounds: 0,
    };
    if (problems.length > 0) return output;
    const args = JSON.parse(input.args) as Record<string, unknown>;
    const ask = { jsonrpc: '2.0', id: input.call, method: 'tools/call', params: { name: input.tool, arguments: args } };
    const request = this.#log.append(
      {
        conn,
        kind: 'frame',
        dir: 'out',
        message: 'request',
        method: 'tools/call',
        name: input.tool,
        id: `"${input.call}"`,
        open: true,
        call: input.call,
      },
      { message: JSON.stringify(ask) },
    );
    const stop = new AbortController();
    const state: core.CallState = {
      call: input.call,
      profile: input.profile,
      tool: input.tool,
      started: Date.now() * 1000,
      message: '',
      waiting: 0,
    };
    this.#running.set(input.call, { state, stop });
    this.#emit('calls');
    await this.#work(input, args, state, stop.signal);
    this.#running.delete(input.call);
    this.#emit('calls');
    if (stop.signal.aborted)
      return { ...output, request: request.seq, err: fakeError({ kind: 'cancelled', message: 'cancelled' }) };
    const result = fakeResult(input.tool, args);
    const error = { code: -32603, message: 'Internal error', data: { tool: input.tool } };
    const message = JSON.stringify({ jsonrpc: '2.0', id: input.call, ...(result ? { result } : { error }) });
    const isError = result !== undefined && 'isError' in result;
    const answer = this.#log.append(
      {
        conn,
        kind: 'frame',
        dir: 'in',
        message: result ? 'response' : 'error',
        id: `"${input.call}"`,
        pair: request.seq,
        call: input.call,
        toolErr: isError,
      },
      { message },
    );
    const rpc = fakeError({
      kind: 'rpc',
      step: 'tools/call',
      message: error.message,
      rpcCode: error.code,
      rpc: JSON.stringify(error),
      entries: [answer.seq],
    });
    return {
      ...output,
      seq: answer.seq,
      request: request.seq,
      bytes: message.length,
      took: answer.took ?? 0,
      result: result && message.length <= 4096 ? JSON.stringify(result) : '',
      isError,
      ...(result ? {} : { err: rpc }),
    };
  }

  cancel(call: string): void {
    this.#running.get(call)?.stop.abort();
  }

  states(profile: string): core.CallState[] {
    return [...this.#running.values()].map((r) => ({ ...r.state })).filter((s) => s.profile === profile);
  }

  questions(profile: string): core.Question[] {
    return this.#questions.filter((q) => q.profile === profile).map((q) => ({ ...q }));
  }

  answer(answer: core.Answer): void {
    const question = this.#questions.find((q) => q.id === answer.id);
    if (!question) throw new AppError({ kind: 'input', message: `there is no question ${answer.id}` });
    question.state = answer.decline ? 'declined' : 'answered';
    this.#emit('questions');
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
    const question: core.Question = {
      id: `q-${this.#questions.length + 1}`,
      profile: input.profile,
      call: input.call,
      source: 'request',
      round: 1,
      key: '',
      method: 'elicitation/create',
      params: JSON.stringify({
        mode: 'form',
        message: 'Which colour shall it be?',
        requestedSchema: { type: 'object', properties: { colour: { enum: ['red', 'green'] } }, required: ['colour'] },
      }),
      state: 'pending',
      asked: Date.now() * 1000,
      entry: 0,
      template: JSON.stringify({ action: 'accept', content: { colour: 'red' } }),
    };
    this.#questions.push(question);
    state.waiting = 1;
    this.#emit('questions');
    while (question.state === 'pending' && !signal.aborted) await this.#wait(100, signal);
    if (signal.aborted) question.state = 'cancelled';
    state.waiting = 0;
    this.#emit('questions');
  }
}
