import { AppError, type Backend, type core } from '../backend';
import { readTime, windowOf, writeTime } from '../lib/timeRange';
import type { TimeWindow } from '../lib/timeScale';
import type { HandedOn } from './handOn.svelte';

export type ExportFormat = 'sightglass' | 'har' | 'jsonl' | 'report';

/** Which entries: picked ones, the rows shown, a connection, all of this run. */
export type ExportRange = 'picked' | 'shown' | 'connection' | 'run';

/** Which time of them: all, the part of the timeline, the last minutes, or as written. */
export type ExportTime = 'all' | 'part' | 'last' | 'own';

const lastMinutes = 5;

type Files = Pick<Backend, 'lookAtExport' | 'saveExport' | 'stopExport' | 'exportState'>;

/** Milliseconds that typing rests before the preview is made anew. */
const rest = 400;

/** An export that is being put together, with what it would write. */
export class ExportDraft {
  readonly #backend: Files;
  readonly #from: Extract<HandedOn, { kind: 'entries' }>;

  range = $state<ExportRange>('shown');
  #time = $state<ExportTime>('all');
  /** The bounds as they are written; empty: none. */
  fromText = $state('');
  toText = $state('');
  /** When the entries of a choice began and ended, whatever the time chosen. */
  #spans = $state.raw<Partial<Record<ExportRange, TimeWindow>>>({});
  readonly #opened = Date.now() * 1000;
  format = $state<ExportFormat>('sightglass');
  about = $state('');
  /** Strings to replace, one a line. */
  words = $state('');
  leave = $state.raw<readonly string[]>([]);

  look = $state.raw<core.ExportLook | null>(null);
  problem = $state.raw('');
  said = $state.raw('');
  #followed = '';
  looking = $state(false);
  saving = $state.raw<core.ExportState | null>(null);

  constructor(backend: Files, from: Extract<HandedOn, { kind: 'entries' }>) {
    this.#backend = backend;
    this.#from = from;
    if (from.seqs.length > 0 && !from.shown) this.range = 'picked';
  }

  get times(): { value: ExportTime; label: string }[] {
    return [
      { value: 'all', label: 'All of it' },
      ...(this.#part ? [{ value: 'part' as const, label: 'The part chosen on the timeline' }] : []),
      { value: 'last', label: `The last ${String(lastMinutes)} minutes` },
      { value: 'own', label: 'From … to …' },
    ];
  }

  get time(): ExportTime {
    return this.#time;
  }

  set time(time: ExportTime) {
    const window = this.#window ?? this.#spans[this.range];
    this.#time = time;
    if (time !== 'own' || !window) return;
    this.fromText = writeTime(window.from);
    this.toText = writeTime(window.to);
  }

  get #part(): TimeWindow | undefined {
    const { shown } = this.#from;
    return shown && (shown.window ?? windowOf(shown.filter));
  }

  /** The time chosen; undefined: all of it. */
  get #window(): TimeWindow | undefined {
    const part = this.#part;
    switch (this.#time) {
      case 'all':
        return undefined;
      case 'part':
        return part && { from: Math.floor(part.from), to: Math.ceil(part.to) };
      case 'last': {
        // What was captured before ends when it ended.
        const to = this.#spans[this.range]?.to ?? this.#opened;
        return { from: to - lastMinutes * 60_000_000, to };
      }
      case 'own':
        return { from: readTime(this.fromText) ?? 0, to: readTime(this.toText, true) ?? 0 };
    }
  }

  /** What is wrong with the bounds as they are written. */
  get wrongTime(): { from?: string; to?: string } {
    if (this.#time !== 'own') return {};
    const bad = (text: string): boolean => text.trim() !== '' && readTime(text) === undefined;
    const hint = 'Write it as 2026-01-31 14:03:09.';
    if (bad(this.fromText)) return { from: hint };
    if (bad(this.toText)) return { to: hint };
    const { from = 0, to = 0 } = this.#window ?? {};
    return to !== 0 && from > to ? { to: 'It is before the beginning.' } : {};
  }

  get ranges(): { value: ExportRange; label: string }[] {
    const { seqs, conn } = this.#from;
    return [
      ...(seqs.length > 0
        ? [
            {
              value: 'picked' as const,
              label: seqs.length === 1 ? 'The selected entry, with its other half' : 'The picked entries',
            },
          ]
        : []),
      { value: 'shown', label: 'The rows shown' },
      ...(conn === '' ? [] : [{ value: 'connection' as const, label: 'This connection' }]),
      { value: 'run', label: 'Everything since the program started' },
    ];
  }

  get what(): core.ExportWhat {
    const { seqs, view, conn } = this.#from;
    const { from = 0, to = 0 } = this.#window ?? {};
    return {
      seqs: this.range === 'picked' ? seqs : [],
      view: this.range === 'shown' ? view : '',
      conn: this.range === 'connection' ? conn : '',
      from,
      to,
    };
  }

  get input(): core.ExportInput {
    return {
      what: this.what,
      format: this.format,
      about: this.about,
      words: this.words.split('\n').filter((word) => word.trim() !== ''),
      leave: [...this.leave],
    };
  }

  get hits(): core.ExportLook['hits'] {
    return (this.format === 'report' ? this.look?.report.hits : this.look?.hits) ?? [];
  }

  /** Has a string replaced that was found. */
  redact(text: string): void {
    this.words = [...this.words.split('\n').filter((word) => word.trim() !== ''), text].join('\n');
  }

  toggleFile(name: string): void {
    this.leave = this.leave.includes(name) ? this.leave.filter((n) => n !== name) : [...this.leave, name];
  }

  /** Makes the preview anew after a moment; the answer to an earlier wish is dropped. For an $effect. */
  follow(): () => void {
    const input = this.input;
    const { range, time } = this;
    if (Object.keys(this.wrongTime).length > 0) return () => undefined;
    const abort = new AbortController();
    // The answer to a look may come after a press on Save: what that said goes once the wish is another.
    const wish = JSON.stringify(input);
    if (wish !== this.#followed) this.said = '';
    this.#followed = wish;
    const timer = setTimeout(
      () => void this.#read(input, time === 'all' ? range : undefined, abort.signal),
      this.look === null ? 0 : rest,
    );
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }

  /** `whole`: the choice that is read without bounds. */
  async #read(input: core.ExportInput, whole: ExportRange | undefined, signal: AbortSignal): Promise<void> {
    this.looking = true;
    try {
      const look = await this.#backend.lookAtExport(input, signal);
      if (signal.aborted) return;
      [this.look, this.problem] = [look, ''];
      if (whole && look.entries > 0) this.#spans = { ...this.#spans, [whole]: { from: look.first, to: look.last } };
    } catch (thrown) {
      if (!signal.aborted) this.problem = AppError.from(thrown).message;
    } finally {
      if (!signal.aborted) this.looking = false;
    }
  }

  async save(): Promise<void> {
    this.saving = { running: true, entries: 0, total: 0, bytes: 0 };
    const timer = setInterval(() => {
      void this.#backend.exportState().then((state) => {
        if (this.saving) this.saving = state;
      });
    }, 300);
    try {
      const path = await this.#backend.saveExport(this.input);
      this.said = path && `Saved to ${path}`;
      this.problem = '';
    } catch (thrown) {
      const error = AppError.from(thrown);
      this.problem = /context canceled/.test(error.message) ? '' : error.message;
      if (this.problem === '') this.said = 'Stopped: nothing was saved.';
    } finally {
      clearInterval(timer);
      this.saving = null;
    }
  }

  stop(): void {
    void this.#backend.stopExport().catch(() => undefined);
  }
}
