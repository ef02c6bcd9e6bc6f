import type { Backend, core } from '../backend';
import { orEmpty } from '../lib/orEmpty';
import { puller } from './puller';

export type LogSource = Pick<Backend, 'logs' | 'setLogLevel' | 'saveLog' | 'on'> & {
  faultOf: (error: unknown) => core.Error;
};

/** Lines kept in the page: as many as Go keeps. */
const mostLines = 20_000;
const pageSize = 2000;

/** What one server logged, as far as the filter lets it through; it follows while it is shown. */
export class ServerLog {
  readonly profile: string;
  readonly #source: LogSource;
  lines = $state.raw<readonly core.LogLine[]>([]);
  /** What is known besides the lines; null before the first look. */
  page = $state.raw<Omit<core.LogPage, 'lines'> | null>(null);
  level = $state('');
  text = $state('');
  stderr = $state(true);
  /** New lines wait until the reader goes on. */
  paused = $state(false);
  fault = $state.raw<core.Error | null>(null);
  /** Where the last export went; empty when none did. */
  saved = $state('');
  setting = $state(false);
  #after = 0;
  /** Lines up to this one were cleared from view. */
  #cleared = 0;
  #conn = '';
  #asked = 0;
  /** The fault is of a look, which the next one mends. */
  #blind = false;

  readonly #pull = puller(() => this.#read());

  constructor(source: LogSource, profile: string) {
    this.#source = source;
    this.profile = profile;
  }

  /** Follows the log while it is shown; the returned function ends it. */
  start(): () => void {
    const end = this.#source.on('traffic', () => {
      if (!this.paused) this.#look();
    });
    this.#look();
    return end;
  }

  /** Asks anew: the filter changed. */
  filter(change: { level?: string; text?: string; stderr?: boolean }): void {
    if (change.level !== undefined) this.level = change.level;
    if (change.text !== undefined) this.text = change.text;
    if (change.stderr !== undefined) this.stderr = change.stderr;
    this.#again();
  }

  pause(on: boolean): void {
    this.paused = on;
    if (!on) this.#look();
  }

  /** Takes what is there out of view; the traffic keeps it. */
  clear(): void {
    this.#cleared = Math.max(this.#cleared, this.page?.next ?? 0, this.lines.at(-1)?.seq ?? 0);
    this.#again();
  }

  get filtered(): boolean {
    return this.level !== '' || this.text.trim() !== '' || !this.stderr;
  }

  /** Asks the server for messages from a level on. */
  async setLevel(level: string): Promise<void> {
    this.setting = true;
    this.fault = null;
    try {
      await this.#source.setLogLevel(this.profile, level);
      await this.#pull();
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    } finally {
      this.setting = false;
    }
  }

  /** Writes what is shown to a file that the user chooses. */
  async save(): Promise<void> {
    this.fault = null;
    try {
      this.saved = await this.#source.saveLog(this.#question(this.#cleared));
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    }
  }

  #question(after: number): core.LogInput {
    return {
      profile: this.profile,
      after,
      limit: pageSize,
      level: this.level,
      text: this.text,
      stderr: this.stderr,
    };
  }

  #again(): void {
    this.#asked++;
    this.#after = this.#cleared;
    this.lines = [];
    this.#look();
  }

  #look(): void {
    this.#pull().catch((error: unknown) => {
      this.#blind = true;
      this.fault = this.#source.faultOf(error);
    });
  }

  async #read(): Promise<void> {
    for (let more = true; more;) {
      const asked = this.#asked;
      const { lines, ...page } = await this.#source.logs(this.#question(this.#after));
      if (asked !== this.#asked) continue;
      if (page.conn !== this.#conn && this.#conn !== '') {
        // Another connection: its log begins anew, and what was cleared was another's.
        this.#conn = page.conn;
        this.#cleared = 0;
        this.#after = 0;
        this.lines = [];
        continue;
      }
      this.#conn = page.conn;
      this.page = page;
      if (this.#blind) this.fault = null;
      this.#blind = false;
      this.#after = page.next;
      const fresh = orEmpty(lines);
      if (fresh.length > 0) this.lines = [...this.lines, ...fresh].slice(-mostLines);
      const first = this.lines[0];
      if (first && first.seq <= page.gone) this.lines = this.lines.filter((l) => l.seq > page.gone);
      more = page.more;
    }
  }
}
