import type { core } from '../backend';
import type { CollectionsBackend, SecretsChoice } from '../backend/collections';

export type CallSaverSource = Pick<CollectionsBackend, 'collections' | 'addCalls'>;

/** The question where requests of the traffic are to be saved. */
export class CallSaver {
  readonly #source: CallSaverSource;
  readonly #faultOf: (error: unknown) => core.Error;
  /** The requests to be saved; none: the question is not open. */
  seqs = $state.raw<readonly number[]>([]);
  files = $state.raw<readonly core.CollectionFile[]>([]);
  path = $state('');
  name = $state('');
  expect = $state(true);
  busy = $state(false);
  fault = $state.raw<core.Error | null>(null);
  /** What looks like a credential and kept the calls from being written: they wait for a word. */
  suspects = $state.raw<readonly core.CallSuspect[]>([]);

  readonly ready = $derived(this.path !== '' || this.name.trim() !== '');

  constructor(source: CallSaverSource, faultOf: (error: unknown) => core.Error) {
    this.#source = source;
    this.#faultOf = faultOf;
  }

  /** Opens the question. `name` is that of a new file. */
  async ask(seqs: readonly number[], name: string): Promise<void> {
    this.seqs = seqs;
    this.name = name;
    this.fault = null;
    this.suspects = [];
    try {
      this.files = (await this.#source.collections()).files;
      const known = this.files.find((f) => f.path === this.path) ?? this.files.find((f) => f.problem === '');
      this.path = known?.path ?? '';
    } catch (error) {
      this.fault = this.#faultOf(error);
    }
  }

  close(): void {
    this.seqs = [];
  }

  /** `secrets` says what becomes of credentials; by default they are told. */
  async save(secrets: SecretsChoice = ''): Promise<void> {
    if (!this.ready || this.busy) return;
    this.busy = true;
    try {
      const input = { path: this.path, name: this.name.trim(), seqs: [...this.seqs], expect: this.expect, secrets };
      const doc = await this.#source.addCalls(input);
      this.fault = doc.err ?? null;
      this.suspects = doc.unsaved ? doc.suspects : [];
      if (doc.err || doc.unsaved) return;
      this.path = doc.path;
      this.close();
    } catch (error) {
      this.fault = this.#faultOf(error);
    } finally {
      this.busy = false;
    }
  }
}
