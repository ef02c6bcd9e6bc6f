import type { Backend, Capture, CapturesBackend, StoreState } from '../backend';

/** What the state needs of the backend. */
export type CapturesSource = Omit<CapturesBackend, 'markEntry'> & Pick<Backend, 'on'>;

/** The captures of earlier runs that are kept, and how the store is. */
export class Captures {
  readonly #source: CapturesSource;
  #list = $state.raw<readonly Capture[]>([]);
  #store = $state.raw<StoreState>();
  #deleted = $state.raw<readonly Capture[]>([]);
  read = $state(false);
  /** Why they could not be read or changed. */
  problem = $state('');
  /** The damaged file that was put aside and that the user has read of. */
  seenAside = $state('');

  constructor(source: CapturesSource) {
    this.#source = source;
  }

  /** Reads them and follows their changes; the returned function ends it. */
  start(): () => void {
    const end = this.#source.on('captures', () => void this.pull());
    void this.pull();
    return end;
  }

  async pull(): Promise<void> {
    try {
      const { captures, store } = await this.#source.captures();
      this.#list = captures;
      this.#store = store;
      this.read = true;
      this.problem = '';
    } catch (error) {
      this.problem = messageOf(error);
    }
  }

  get list(): readonly Capture[] {
    return this.#list;
  }

  get store(): StoreState | undefined {
    return this.#store;
  }

  get(id: string): Capture | undefined {
    return this.#list.find((capture) => capture.id === id);
  }

  /** What was deleted last and can be brought back. */
  get deleted(): readonly Capture[] {
    return this.#deleted;
  }

  rename(id: string, name: string): Promise<void> {
    return this.#change(() => this.#source.renameCapture(id, name));
  }

  comment(id: string, comment: string): Promise<void> {
    return this.#change(() => this.#source.commentCapture(id, comment));
  }

  pin(id: string, pinned: boolean): Promise<void> {
    return this.#change(() => this.#source.pinCapture(id, pinned));
  }

  async remove(captures: readonly Capture[]): Promise<void> {
    if (await this.#changed(() => this.#source.deleteCaptures(captures.map(({ id }) => id)))) this.#deleted = captures;
  }

  async restore(): Promise<void> {
    const ids = this.#deleted.map(({ id }) => id);
    this.#deleted = [];
    await this.#change(() => this.#source.undeleteCaptures(ids));
  }

  /** It is too late, or not wanted, to bring back what was deleted. */
  forgetDeleted(): void {
    this.#deleted = [];
  }

  /** Asks for a file and opens it; answers with what is in it. */
  async openFile(): Promise<string[]> {
    let ids: string[] = [];
    await this.#change(async () => {
      ids = await this.#source.openCaptureFile();
    });
    return ids;
  }

  closeFile(id: string): Promise<void> {
    return this.#change(() => this.#source.closeCaptureFile(id));
  }

  limit(bytes: number): Promise<void> {
    return this.#change(() => this.#source.limitCaptures(bytes));
  }

  async #change(change: () => Promise<void>): Promise<void> {
    await this.#changed(change);
  }

  async #changed(change: () => Promise<void>): Promise<boolean> {
    try {
      await change();
      await this.pull();
      return true;
    } catch (error) {
      this.problem = messageOf(error);
      return false;
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
