import { AppError, type Backend, type core } from '../backend';
import type { Connections } from './connections.svelte';

export type BoxSource = Pick<Backend, 'typed' | 'useTyped' | 'confirmLaunch'>;

/** Milliseconds of quiet before what was typed is read. */
const pause = 120;

/** The box above the list: a URL connects at once, a command line is shown first and starts at the second Enter. */
export class Box {
  readonly #source: BoxSource;
  readonly #connections: Connections;
  readonly #used: (id: string) => void;
  #text = $state('');
  #typed = $state.raw<core.Typed | null>(null);
  #problem = $state('');
  /** What a first Enter has shown: a second one starts it. */
  #shown = $state.raw<core.Typed | null>(null);
  #busy = $state(false);
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `used` is told the id of the server that was made. */
  constructor(source: BoxSource, connections: Connections, used: (id: string) => void) {
    this.#source = source;
    this.#connections = connections;
    this.#used = used;
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    this.#shown = null;
    this.#problem = '';
    clearTimeout(this.#timer);
    if (text.trim() === '') this.#typed = null;
    else this.#timer = setTimeout(() => void this.#read(), pause);
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** What a second Enter starts. */
  get shown(): core.Typed | null {
    return this.#shown;
  }

  get problem(): string {
    return this.#problem;
  }

  /** What Enter would do, in a few words; empty while nothing is typed. */
  get hint(): string {
    if (this.#shown || this.#problem) return '';
    const kind = this.#typed?.kind ?? '';
    return { url: 'Enter connects', command: 'Enter shows what would start' }[kind] ?? '';
  }

  clear(): void {
    this.text = '';
  }

  /** Does what Enter does. */
  async enter(): Promise<void> {
    const text = this.#text.trim();
    if (text === '' || this.#busy) return;
    this.#busy = true;
    try {
      const shown = this.#shown;
      if (shown) await this.#start(text, shown);
      else await this.#understand(text);
    } catch (thrown) {
      this.#problem = AppError.from(thrown).message;
    } finally {
      this.#busy = false;
    }
  }

  async #understand(text: string): Promise<void> {
    const typed = await this.#read();
    if (!typed) return;
    if (typed.kind === 'invalid') this.#problem = typed.problem;
    else if (typed.kind === 'url') await this.#connect(text);
    else this.#shown = typed;
  }

  async #read(): Promise<core.Typed | null> {
    clearTimeout(this.#timer);
    const text = this.#text.trim();
    try {
      const typed = await this.#source.typed(text);
      // The user typed on: this is about a line that is gone.
      if (this.#text.trim() !== text) return null;
      return (this.#typed = typed);
    } catch (thrown) {
      this.#problem = AppError.from(thrown).message;
      return null;
    }
  }

  async #connect(text: string): Promise<void> {
    const server = await this.#source.useTyped(text);
    this.clear();
    this.#used(server.id);
    await this.#connections.connect(server.id);
  }

  /** Confirms exactly what was shown. Should it resolve differently now, connecting asks again. */
  async #start(text: string, shown: core.Typed): Promise<void> {
    const server = await this.#source.useTyped(text);
    this.clear();
    this.#used(server.id);
    if (shown.launch.hash) await this.#source.confirmLaunch(server.id, shown.launch.hash).catch(() => undefined);
    await this.#connections.connect(server.id);
  }
}
