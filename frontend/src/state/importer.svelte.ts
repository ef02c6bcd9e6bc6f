import { AppError, type Backend, type core } from '../backend';

export type ImportSource = Pick<Backend, 'readImport' | 'openImport' | 'acceptImport'>;
export type ImportChoice = 'add' | 'skip' | 'replace';

/** Milliseconds of quiet before pasted or typed text is read. */
const pause = 250;

/** Text or a file of another client, read into servers that are looked at before they are added. */
export class Importer {
  readonly #source: ImportSource;
  #text = $state('');
  #preview = $state.raw<core.ImportPreview | null>(null);
  #busy = $state(false);
  #fault = $state('');
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly items = $derived<readonly core.ImportItem[]>(this.#preview?.items ?? []);
  readonly chosen = $derived(this.items.filter((item) => !item.skip).length);

  constructor(source: ImportSource) {
    this.#source = source;
  }

  get text(): string {
    return this.#text;
  }

  set text(text: string) {
    this.#text = text;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.read(), pause);
  }

  get busy(): boolean {
    return this.#busy;
  }

  /** What is wrong with the text as a whole. */
  get problem(): string {
    return this.#fault || (this.#preview?.problem ?? '');
  }

  /** The form that was recognised: mcpServers, servers, single. */
  get form(): string {
    return this.#preview?.form ?? '';
  }

  async read(): Promise<void> {
    clearTimeout(this.#timer);
    const text = this.#text;
    if (text.trim() === '') {
      this.#preview = null;
      this.#fault = '';
      return;
    }
    const preview = await this.#ask(() => this.#source.readImport(text));
    // The user typed on meanwhile.
    if (preview && text === this.#text) this.#preview = preview;
  }

  async openFile(): Promise<void> {
    const preview = await this.#ask(() => this.#source.openImport());
    if (!preview || (!preview.form && !preview.problem && preview.items.length === 0)) return;
    clearTimeout(this.#timer);
    this.#text = '';
    this.#preview = preview;
  }

  choiceOf(item: core.ImportItem): ImportChoice {
    return item.skip ? 'skip' : item.replace ? 'replace' : 'add';
  }

  choose(index: number, choice: ImportChoice): void {
    this.#change(index, (item) => ({ ...item, skip: choice === 'skip', replace: choice === 'replace' }));
  }

  rename(index: number, name: string): void {
    this.#change(index, (item) => ({ ...item, profile: { ...item.profile, name } }));
  }

  mark(index: number, secret: string, on: boolean): void {
    this.#change(index, (item) => ({
      ...item,
      secrets: item.secrets.map((s) => (s.name === secret ? { ...s, secret: on } : s)),
    }));
  }

  /** Adds what was chosen; answers with the ids, or undefined where it failed. */
  async accept(): Promise<string[] | undefined> {
    const preview = this.#preview;
    if (!preview || this.chosen === 0) return undefined;
    const added = await this.#ask(() => this.#source.acceptImport(preview));
    return added?.map((server) => server.id);
  }

  #change(index: number, change: (item: core.ImportItem) => core.ImportItem): void {
    const preview = this.#preview;
    if (preview)
      this.#preview = { ...preview, items: preview.items.map((item, i) => (i === index ? change(item) : item)) };
  }

  async #ask<T>(work: () => Promise<T>): Promise<T | undefined> {
    this.#busy = true;
    this.#fault = '';
    try {
      return await work();
    } catch (thrown) {
      this.#fault = AppError.from(thrown).message;
      return undefined;
    } finally {
      this.#busy = false;
    }
  }
}
