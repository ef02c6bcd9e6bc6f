import type { Capture, CapturesBackend, StoreState } from '../captures';
import type { app, core } from '../../../wailsjs/go/models';
import { AppError } from '../error';

const hour = 3_600_000_000;

function fakeCaptures(now: number): Capture[] {
  const one = (id: string, server: string, began: number, minutes: number, over: Partial<Capture> = {}): Capture => ({
    id,
    run: Number(id.split(':')[0]),
    conn: id.split(':')[1] ?? '',
    profile: server === 'Sample server' ? 'open' : 'search',
    server,
    transport: server === 'Sample server' ? 'stdio' : 'http',
    target: server === 'Sample server' ? '' : 'https://search.staging.example.com/mcp',
    began,
    last: began + minutes * 60_000_000,
    ended: began + minutes * 60_000_000,
    entries: 40 * minutes,
    bytes: 31_000 * minutes,
    errors: minutes % 4,
    name: '',
    comment: '',
    pinned: false,
    current: false,
    file: '',
    ...over,
  });
  return [
    one('7:c1', 'Sample server', now - 2 * hour, 13, { name: 'this morning’s run', pinned: true }),
    one('7:c2', 'Search (staging)', now - 2 * hour, 41, { comment: 'the token expired in here' }),
    one('6:c1', 'Sample server', now - 26 * hour, 7),
  ];
}

/** The captures that the twin kept. */
export class FakeCaptures implements Omit<CapturesBackend, 'markEntry'> {
  #captures = fakeCaptures(Date.now() * 1000);
  #deleted: Capture[] = [];
  readonly #told: () => void;
  store: StoreState = {
    mode: 'disk',
    path: '/home/me/.config/Sightglass/captures.db',
    problem: '',
    hint: '',
    aside: '',
    bytes: 412_000_000,
    used: 398_000_000,
    maxBytes: 2 ** 30,
    overfull: false,
  };

  constructor(told: () => void) {
    this.#told = told;
  }

  captures(): Promise<core.Captures> {
    return Promise.resolve({ captures: this.#captures.map((c) => ({ ...c })), store: { ...this.store } });
  }

  renameCapture(id: string, name: string): Promise<void> {
    return this.#change(id, { name });
  }

  commentCapture(id: string, comment: string): Promise<void> {
    return this.#change(id, { comment });
  }

  pinCapture(id: string, pinned: boolean): Promise<void> {
    return this.#change(id, { pinned });
  }

  deleteCaptures(ids: string[]): Promise<void> {
    this.#deleted.push(...this.#captures.filter(({ id }) => ids.includes(id)));
    this.#captures = this.#captures.filter(({ id }) => !ids.includes(id));
    this.#told();
    return Promise.resolve();
  }

  undeleteCaptures(ids: string[]): Promise<void> {
    this.#captures = [...this.#captures, ...this.#deleted.filter(({ id }) => ids.includes(id))].sort(
      (a, b) => b.began - a.began,
    );
    this.#deleted = this.#deleted.filter(({ id }) => !ids.includes(id));
    this.#told();
    return Promise.resolve();
  }

  openCaptureFile(): Promise<string[]> {
    const first = this.#captures[0];
    if (!first) return Promise.resolve([]);
    this.#captures = [{ ...first, id: '1048577:c1', run: 1_048_577, file: 'x.sightglass' }, ...this.#captures];
    this.#told();
    return Promise.resolve(['1048577:c1']);
  }

  /** Files that the program was started with: those whose name begins with "bad" cannot be opened. */
  given: string[] = [];

  async givenFile(): Promise<app.Given> {
    const name = this.given.shift() ?? '';
    if (!name.startsWith('bad')) return { name, ids: name === '' ? [] : await this.openCaptureFile() };
    const { fault } = new AppError({ kind: 'input', message: 'the file ends here', hint: 'It was not copied whole.' });
    return { name, ids: [], err: fault };
  }

  closeCaptureFile(id: string): Promise<void> {
    this.#captures = this.#captures.filter((c) => c.id !== id);
    this.#told();
    return Promise.resolve();
  }

  limitCaptures(bytes: number): Promise<void> {
    this.store = { ...this.store, maxBytes: bytes };
    this.#told();
    return Promise.resolve();
  }

  #change(id: string, change: Partial<Capture>): Promise<void> {
    this.#captures = this.#captures.map((c) => (c.id === id ? { ...c, ...change } : c));
    this.#told();
    return Promise.resolve();
  }
}
