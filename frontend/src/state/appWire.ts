import type { AppBridge } from '@modelcontextprotocol/ext-apps/app-bridge';
import type { core } from '../backend';

type Transport = Parameters<AppBridge['connect']>[0];
type Message = Parameters<Transport['send']>[0];

/** What an app's wire needs. */
export interface WireHooks {
  record(message: core.AppMessage): void;
  /** A limit was hit: what it is, and how often so far. */
  limit(text: string): void;
  /** The browser kept the app's frame from something. */
  blocked(directive: string, what: string): void;
  /** The frame loaded for the second or a later time: the app went elsewhere, or loaded itself anew. */
  reloaded(): void;
}

/** Characters that an app may send in one second: far above what any does. */
const charsPerSecond = 16 << 20;
/** Requests of an app that may wait for an answer at once. */
const maxWaiting = 64;
/** Characters of a message over the limit that are recorded. */
const keptOfRefused = 2000;
/** Messages over the rate that end an app: they cost the window time. */
export const maxDropped = 5_000;

/**
 * The wire between the window and an app: messages go through the sandbox's page, are recorded as they are, and what
 * is beyond a limit is told and goes no further. It is the transport of the host bridge.
 */
export class AppWire implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport['onmessage']>;
  readonly #frame: HTMLIFrameElement;
  readonly #hooks: WireHooks;
  readonly #maxChars: number;
  readonly #waiting = new Set<string>();
  #second = 0;
  #chars = 0;
  dropped = 0;
  readonly #listen = (event: MessageEvent<Record<string, unknown>>): void => this.#take(event);

  constructor(frame: HTMLIFrameElement, maxChars: number, hooks: WireHooks) {
    this.#frame = frame;
    this.#maxChars = maxChars;
    this.#hooks = hooks;
    // From the start on: the app may speak before anything else is ready.
    window.addEventListener('message', this.#listen);
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    window.removeEventListener('message', this.#listen);
    this.onclose?.();
    return Promise.resolve();
  }

  send(message: Message): Promise<void> {
    if ('id' in message && !('method' in message)) this.#waiting.delete(JSON.stringify(message.id));
    this.#hooks.record(entry('out', JSON.stringify(message)));
    // The frame's origin is opaque: there is none to name. It cannot have been led elsewhere, see the window's policy.
    this.#frame.contentWindow?.postMessage(message, '*');
    return Promise.resolve();
  }

  /** Takes what the page around the app says. What any other window sends is not looked at. */
  #take(event: MessageEvent<Record<string, unknown>>): void {
    if (event.source === null || event.source !== this.#frame.contentWindow) return;
    const said = event.data;
    switch (said['sightglass']) {
      case 'app':
        this.#fromApp(said['data']);
        break;
      case 'dropped':
        this.dropped += Number(said['count']);
        this.#hooks.limit(`It sends more than ${String(said['perSecond'])} messages in a second: the rest is dropped.`);
        break;
      case 'load':
        if (said['count'] !== 1) this.#hooks.reloaded();
        break;
      case 'blocked':
        this.#hooks.blocked(String(said['directive']), String(said['blocked']));
        break;
    }
  }

  #fromApp(data: unknown): void {
    const text = textOf(data);
    const long = text.length > this.#maxChars;
    const why =
      text === ''
        ? 'it is no JSON'
        : long
          ? `it is longer than ${String(this.#maxChars)} characters`
          : this.#over(data, text);
    if (why === undefined) {
      this.#hooks.record(entry('in', text));
      this.onmessage?.(data as Message);
    } else if (why !== '') {
      this.#hooks.record({
        ...entry('in', long ? text.slice(0, keptOfRefused) : text),
        note: `Not delivered: ${why}.`,
      });
      if (long) this.#hooks.limit(`A message was not delivered: ${why}.`);
      this.#answer(data, why);
    }
  }

  /** Why a message goes no further; undefined: it does; empty: nobody is told of each. */
  #over(data: unknown, text: string): string | undefined {
    const second = Math.floor(performance.now() / 1000);
    if (second !== this.#second) [this.#second, this.#chars] = [second, 0];
    if ((this.#chars += text.length) > charsPerSecond) {
      this.dropped++;
      this.#hooks.limit(`It sends more than ${String(charsPerSecond)} characters in a second: the rest is dropped.`);
      return '';
    }
    if (!isMessage(data)) return 'it is no JSON-RPC message';
    if ('method' in data && 'id' in data) {
      if (this.#waiting.size >= maxWaiting) {
        const why = `${maxWaiting} requests of it wait already`;
        this.#hooks.limit(`A request was refused: ${why}.`);
        return why;
      }
      this.#waiting.add(JSON.stringify(data.id));
    }
    return undefined;
  }

  /** Tells an app why its request goes nowhere, if it was one. */
  #answer(data: unknown, why: string): void {
    const id = (data as { id?: unknown } | null)?.id;
    if (typeof id !== 'string' && typeof id !== 'number') return;
    const answer = { jsonrpc: '2.0' as const, id, error: { code: -32600, message: `not delivered: ${why}` } };
    this.#hooks.record(entry('out', JSON.stringify(answer)));
    this.#frame.contentWindow?.postMessage(answer, '*');
  }
}

/** A message as JSON text, empty when it is none: not all that a window can be sent is. */
function textOf(data: unknown): string {
  try {
    const text: unknown = JSON.stringify(data);
    return typeof text === 'string' ? text : '';
  } catch {
    return '';
  }
}

function isMessage(data: unknown): data is Message {
  return (
    typeof data === 'object' &&
    data !== null &&
    !Array.isArray(data) &&
    (data as { jsonrpc?: unknown }).jsonrpc === '2.0'
  );
}

function entry(dir: 'in' | 'out', text: string): core.AppMessage {
  return { dir, text, note: '', at: Math.round((performance.timeOrigin + performance.now()) * 1000) };
}

/** Messages that wait to be recorded, at most; beyond, the oldest are given up and told of. */
const maxUnrecorded = 2000;

/** Records messages in their order, several at a time while one lot is on its way. */
export class AppRecorder {
  readonly #send: (messages: core.AppMessage[]) => Promise<void>;
  #queue: core.AppMessage[] = [];
  #lost = 0;
  #sending: Promise<void> | undefined;

  constructor(send: (messages: core.AppMessage[]) => Promise<void>) {
    this.#send = send;
  }

  add(message: core.AppMessage): void {
    this.#queue.push(message);
    if (this.#queue.length > maxUnrecorded) {
      this.#queue.shift();
      this.#lost++;
    }
    void this.flush();
  }

  note(text: string): void {
    this.add({ ...entry('in', ''), dir: '', note: text });
  }

  /** Settles when all that was added before is recorded, or could not be. */
  flush(): Promise<void> {
    if (this.#queue.length === 0 && !this.#sending) return Promise.resolve();
    return (this.#sending ??= this.#run());
  }

  async #run(): Promise<void> {
    while (this.#queue.length > 0) {
      const lot = this.#queue.splice(0, 200);
      if (this.#lost > 0) {
        const text = `${String(this.#lost)} messages of the app were not recorded: too many at once`;
        lot.unshift({ ...entry('in', ''), dir: '', note: text });
        this.#lost = 0;
      }
      // Recording that fails disturbs nothing: the app goes on.
      await this.#send(lot).catch(() => undefined);
    }
    // At once behind the last look at the queue: what is added now begins a new run.
    this.#sending = undefined;
  }
}
