import type { core } from '../../../wailsjs/go/models';
import type { InspectBackend, ListKind } from '../inspect';
import { AppError } from '../error';
import { FakeCatalog } from './catalog';
import { fakeError } from './servers';

const none = { count: 0, last: 0, min: 0, median: 0, max: 0 };
const noMessages = { requests: 0, results: 0, errors: 0, notifications: 0, invalid: 0, lines: 0, bytes: 0 };
const noMessage = { at: 0, seq: 0, kind: '', method: '', name: '' };

/** A pixel that is no picture of anything. */
const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

/** What the twin tells of its connections: an overview, pings, a log, icons, changes of lists. */
export class FakeInspect extends FakeCatalog implements InspectBackend {
  readonly #overviews = new Map<string, Partial<core.Overview>>();
  readonly #pings = new Map<string, core.PingResult[]>();
  readonly #logs = new Map<string, core.LogLine[]>();
  readonly #levels = new Map<string, string>();
  readonly #kept = new Map<string, string>();
  readonly #changes = new Map<string, Partial<core.ListChanges>>();
  /** What was asked for, in order: "ping open", "check open all". */
  readonly inspected: string[] = [];
  /** The answer to every icon. */
  iconAnswer: core.IconImage = { type: 'image/png', data: pixel, problem: '', seq: 0 };

  /** What an overview says besides nothing. */
  setOverview(id: string, change: Partial<core.Overview>): void {
    this.#overviews.set(id, { ...this.#overviews.get(id), ...change });
  }

  setChanges(id: string, of: ListKind, change: Partial<core.ListChanges>): void {
    this.#changes.set(`${id} ${of}`, change);
  }

  addLog(id: string, ...lines: Partial<core.LogLine>[]): void {
    const all = this.#logs.get(id) ?? [];
    for (const line of lines) {
      all.push({
        seq: (all.at(-1)?.seq ?? 0) + 1,
        time: Date.now() * 1000,
        kind: 'message',
        level: 'info',
        logger: '',
        text: '',
        json: false,
        cut: false,
        call: { seq: 0, method: '', name: '' },
        ...line,
      });
    }
    this.#logs.set(id, all);
  }

  overview(id: string): Promise<core.Overview> {
    const pings = this.#pings.get(id) ?? [];
    const took = pings.filter((p) => p.seq > 0).map((p) => p.took);
    return Promise.resolve({
      conn: `c-${id}`,
      at: Date.now() * 1000,
      icons: [],
      streams: [],
      attempts: [],
      sent: noMessages,
      received: noMessages,
      exchanges: 0,
      events: 0,
      stray: 0,
      straySeq: 0,
      lastOut: noMessage,
      lastIn: noMessage,
      waiting: [],
      waitingAll: 0,
      latency: none,
      pings,
      pingFigures: took.length
        ? {
            count: took.length,
            last: took.at(-1) ?? 0,
            min: Math.min(...took),
            median: took[0] ?? 0,
            max: Math.max(...took),
          }
        : none,
      served: [],
      asked: [],
      checking: '',
      logged: this.#logs.get(id)?.length ?? 0,
      logLevel: this.#levels.get(id) ?? '',
      noStream: false,
      missed: 0,
      ...this.#overviews.get(id),
    });
  }

  ping(id: string): Promise<core.PingResult> {
    this.inspected.push(`ping ${id}`);
    const all = this.#pings.get(id) ?? [];
    const result: core.PingResult = {
      at: Date.now() * 1000,
      method: 'ping',
      took: 400 + 100 * all.length,
      seq: 1,
    };
    this.#pings.set(id, [...all, result]);
    return Promise.resolve(result);
  }

  checkServed(id: string, undeclared: boolean): Promise<void> {
    this.inspected.push(`check ${id}${undeclared ? ' all' : ''}`);
    return Promise.resolve();
  }

  stopCheck(id: string): Promise<void> {
    this.inspected.push(`stop ${id}`);
    return Promise.resolve();
  }

  logs({ profile, after, limit, level, text, stderr }: core.LogInput): Promise<core.LogPage> {
    const all = this.#logs.get(profile) ?? [];
    const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
    const found = all.filter(
      (l) =>
        l.seq > after &&
        (stderr || l.kind !== 'stderr') &&
        (l.kind === 'stderr' || !levels.includes(l.level) || levels.indexOf(l.level) >= levels.indexOf(level)) &&
        `${l.text} ${l.logger}`.toLowerCase().includes(text.trim().toLowerCase()),
    );
    const lines = found.slice(0, limit || 5000);
    return Promise.resolve({
      conn: `c-${profile}`,
      lines,
      next: lines.length < found.length ? (lines.at(-1)?.seq ?? after) : (all.at(-1)?.seq ?? after),
      more: lines.length < found.length,
      gone: 0,
      left: 0,
      total: all.length,
      level: this.#levels.get(profile) ?? '',
      kept: this.#kept.get(profile) ?? '',
      declared: true,
      era: 'legacy',
      stderr: true,
    });
  }

  setLogLevel(id: string, level: string): Promise<void> {
    this.inspected.push(`level ${id} ${level}`);
    if (level === 'alert')
      return Promise.reject(new AppError(fakeError({ kind: 'rpc', message: 'the server refused the level' })));
    this.#kept.set(id, level);
    // What a legacy server was asked for cannot be taken back.
    if (level !== '') this.#levels.set(id, level);
    return Promise.resolve();
  }

  saveLog(input: core.LogInput): Promise<string> {
    this.inspected.push(`save ${input.profile} after ${String(input.after)}`);
    return Promise.resolve('/home/me/server.log');
  }

  icon(input: core.IconInput): Promise<core.IconImage> {
    this.inspected.push(`icon ${input.of} ${String(input.index)} ${String(input.icon)}`);
    return Promise.resolve(this.iconAnswer);
  }

  listChanges(id: string, of: ListKind): Promise<core.ListChanges> {
    return Promise.resolve({ of, since: 1, at: 2, items: [], gone: [], ...this.#changes.get(`${id} ${of}`) });
  }

  dismissChanges(id: string, of: ListKind): Promise<void> {
    this.inspected.push(`dismiss ${id} ${of}`);
    this.#changes.delete(`${id} ${of}`);
    return Promise.resolve();
  }
}
