import type { Backend, core } from '../backend';
import type { CollectionsBackend, SecretsChoice } from '../backend/collections';
import { puller } from './puller';

export type SavedCallsSource = CollectionsBackend & Pick<Backend, 'on'>;

const noCalls: core.SavedCalls = { name: '', comment: '', variables: [], calls: [] };

/** A call to begin with. */
export const newCall = (): core.SavedCall => ({
  name: '',
  comment: '',
  method: 'tools/call',
  params: '{\n  "name": "",\n  "arguments": {}\n}',
  timeout: '',
  skip: false,
  expect: [],
  keep: [],
});

/**
 * The saved calls as one server's window shows them: the files, the one that is open and edited, and the last run on
 * this server. What was edited is kept here until it is saved; the file is written over only as it was read.
 */
export class SavedCalls {
  readonly profile: string;
  readonly #source: SavedCallsSource;
  readonly #faultOf: (error: unknown) => core.Error;
  list = $state.raw<core.CollectionList | null>(null);
  /** Why the list, the file or a deed was refused. */
  fault = $state.raw<core.Error | null>(null);
  #path = $state('');
  #sum = '';
  /** What the file holds, to be edited in place. */
  doc = $state<core.SavedCalls>(structuredClone(noCalls));
  #saved = $state.raw('');
  /** Somebody else changed the file while it was edited here. */
  outdated = $state(false);
  /** What looks like a credential in the file, or, while `unsaved`, in what was to be written. */
  suspects = $state.raw<readonly core.CallSuspect[]>([]);
  /** The file was not written because of `suspects`: that waits for a word. */
  unsaved = $state(false);
  busy = $state(false);
  /** Position of the chosen call. */
  chosen = $state(0);
  stopAtFirst = $state(false);
  run = $state.raw<core.CollectionRun | null>(null);
  #run = '';
  static #runs = 0;

  readonly dirty = $derived(this.#path !== '' && JSON.stringify(this.doc) !== this.#saved);
  readonly call = $derived(this.doc.calls[this.chosen] ?? null);
  readonly running = $derived(this.run !== null && this.run.ended === 0);
  /** The last result of each call of the open file, by position; none while a replay is shown. */
  readonly results = $derived(
    new Map(
      this.run && !this.run.replay && this.run.name === this.doc.name ? this.run.results.map((r) => [r.index, r]) : [],
    ),
  );

  readonly #pull = puller(async () => {
    try {
      this.list = await this.#source.collections();
      await this.#readRun();
      await this.#readFile();
      if (this.fault?.step === 'list') this.fault = null;
    } catch (error) {
      this.fault = this.#faultOf(error);
    }
  });

  constructor(source: SavedCallsSource, profile: string, faultOf: (error: unknown) => core.Error) {
    this.#source = source;
    this.#faultOf = faultOf;
    this.profile = profile;
  }

  /** Follows the program's events; the returned function ends it. */
  start(): () => void {
    const end = this.#source.on('collections', () => void this.#pull());
    void this.#pull();
    return end;
  }

  get path(): string {
    return this.#path;
  }

  /** Opens a file; what was edited in the one before and not saved is dropped. */
  async open(path: string): Promise<void> {
    this.#path = path;
    this.#sum = '';
    this.chosen = 0;
    this.fault = null;
    this.outdated = false;
    this.#take({ path, sum: '', collection: structuredClone(noCalls), suspects: [] });
    if (path !== '') await this.#deed(async () => this.#take(await this.#source.collection(path)));
  }

  /** Reads the file again: edits are dropped. */
  reload(): Promise<void> {
    return this.open(this.#path);
  }

  #take(doc: core.CollectionDoc): void {
    if (doc.err) {
      this.fault = doc.err;
      return;
    }
    this.suspects = doc.suspects;
    this.unsaved = doc.unsaved ?? false;
    if (this.unsaved) return;
    this.#path = doc.path;
    this.#sum = doc.sum;
    this.doc = doc.collection;
    this.#saved = JSON.stringify(doc.collection);
    this.outdated = false;
  }

  async #readFile(): Promise<void> {
    if (this.#path === '') {
      const [first] = this.list?.files ?? [];
      if (first && first.problem === '') await this.open(first.path);
      return;
    }
    if (!this.list?.files.some((f) => f.path === this.#path)) return this.open('');
    const doc = await this.#source.collection(this.#path);
    if (doc.path !== this.#path || doc.err || doc.sum === this.#sum) {
      // Secret values may have been given: that is no part of the file.
      if (!doc.err) doc.collection.variables.forEach((v, i) => this.#given(i, v));
      return;
    }
    if (this.dirty) this.outdated = true;
    else this.#take(doc);
  }

  #given(index: number, from: core.SavedVariable): void {
    const to = this.doc.variables[index];
    if (!to || to.name !== from.name || to.given === from.given) return;
    const clean = !this.dirty;
    to.given = from.given;
    if (clean) this.#saved = JSON.stringify(this.doc);
  }

  async #deed(what: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    try {
      await what();
      return this.fault === null;
    } catch (error) {
      this.fault = this.#faultOf(error);
      return false;
    } finally {
      this.busy = false;
    }
  }

  /** Writes the file. `secrets` says what becomes of credentials that are new in it; by default they are told. */
  async save(secrets: SecretsChoice = ''): Promise<boolean> {
    this.fault = null;
    const done = await this.#deed(async () => {
      const input = { path: this.#path, sum: this.#sum, collection: $state.snapshot(this.doc), secrets };
      this.#take(await this.#source.saveCollection(input));
    });
    return done && !this.unsaved;
  }

  /** Makes a new file. */
  create(name: string): Promise<boolean> {
    this.fault = null;
    return this.#deed(async () => {
      this.#take(
        await this.#source.saveCollection({ path: '', sum: '', collection: { ...noCalls, name }, secrets: '' }),
      );
      this.chosen = 0;
    });
  }

  /** Takes files that the system's dialog gives. */
  openFiles(): Promise<boolean> {
    this.fault = null;
    return this.#deed(async () => {
      const [first] = await this.#source.openCollections();
      if (first !== undefined) await this.open(first);
    });
  }

  copyTo(): Promise<boolean> {
    return this.#deed(async () => {
      const to = await this.#source.exportCollection(this.#path);
      if (to !== '') await this.open(to);
    });
  }

  /** Removes the file of the data folder, or takes another off the list. */
  remove(): Promise<boolean> {
    return this.#deed(async () => {
      await this.#source.deleteCollection(this.#path);
      await this.open('');
    });
  }

  setVariable(name: string, value: string): Promise<boolean> {
    return this.#deed(() => this.#source.setVariable(this.#path, name, value));
  }

  add(): void {
    this.doc.calls.push(newCall());
    this.chosen = this.doc.calls.length - 1;
  }

  duplicate(index: number): void {
    const call = this.doc.calls[index];
    if (!call) return;
    this.doc.calls.splice(index + 1, 0, { ...$state.snapshot(call), name: `${call.name} copy` });
    this.chosen = index + 1;
  }

  removeCall(index: number): void {
    this.doc.calls.splice(index, 1);
    this.chosen = Math.max(0, Math.min(this.chosen, this.doc.calls.length - 1));
  }

  /** Moves the chosen call up or down. */
  move(by: number): void {
    const to = this.chosen + by;
    const [call] = to >= 0 && to < this.doc.calls.length ? this.doc.calls.splice(this.chosen, 1) : [];
    if (!call) return;
    this.doc.calls.splice(to, 0, call);
    this.chosen = to;
  }

  /** Runs the file's calls, those picked or all, after saving what was edited. */
  async runCalls(only: number[] = []): Promise<void> {
    if (this.running || (this.dirty && !(await this.save()))) return;
    await this.#start({ path: this.#path, seqs: [], only });
  }

  /** Sends requests of the traffic again and compares the answers. */
  replay(seqs: number[]): Promise<void> {
    return this.#start({ path: '', seqs, only: [] });
  }

  async #start(what: Pick<core.CollectionRunInput, 'path' | 'seqs' | 'only'>): Promise<void> {
    this.fault = null;
    const run = `calls-${this.profile}-${String(Date.now())}-${String(++SavedCalls.#runs)}`;
    await this.#deed(async () => {
      await this.#source.runCollection({ run, profile: this.profile, ...what, stop: this.stopAtFirst, values: [] });
      this.#run = run;
      await this.#readRun();
    });
  }

  async #readRun(): Promise<void> {
    const run = this.#run;
    if (run === '' || (this.run?.run === run && this.run.ended !== 0)) return;
    const state = await this.#source.collectionRun(run);
    if (run === this.#run) this.run = state;
  }

  stop(): Promise<boolean> {
    return this.#deed(() => this.#source.stopCollection(this.#run));
  }
}
