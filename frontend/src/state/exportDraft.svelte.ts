import { AppError, type Backend, type core } from '../backend';
import type { HandedOn } from './handOn.svelte';

export type ExportFormat = 'sightglass' | 'har' | 'jsonl' | 'report';

/** Which entries: picked ones, the rows shown, a connection, all of this run. */
export type ExportRange = 'picked' | 'shown' | 'connection' | 'run';

type Files = Pick<Backend, 'lookAtExport' | 'saveExport' | 'stopExport' | 'exportState'>;

/** Milliseconds that typing rests before the preview is made anew. */
const rest = 400;

/** An export that is being put together, with what it would write. */
export class ExportDraft {
  readonly #backend: Files;
  readonly #from: Extract<HandedOn, { kind: 'entries' }>;

  range = $state<ExportRange>('shown');
  format = $state<ExportFormat>('sightglass');
  about = $state('');
  /** Strings to replace, one a line. */
  words = $state('');
  leave = $state.raw<readonly string[]>([]);

  look = $state.raw<core.ExportLook | null>(null);
  problem = $state.raw('');
  said = $state.raw('');
  looking = $state(false);
  saving = $state.raw<core.ExportState | null>(null);

  constructor(backend: Files, from: Extract<HandedOn, { kind: 'entries' }>) {
    this.#backend = backend;
    this.#from = from;
    if (from.seqs.length > 0) this.range = 'picked';
  }

  get ranges(): { value: ExportRange; label: string }[] {
    const { seqs, conn } = this.#from;
    return [
      ...(seqs.length > 0
        ? [
            {
              value: 'picked' as const,
              label: seqs.length === 1 ? 'This entry, with its other half' : 'The picked entries',
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
    return {
      seqs: this.range === 'picked' ? seqs : [],
      view: this.range === 'shown' ? view : '',
      conn: this.range === 'connection' ? conn : '',
      from: 0,
      to: 0,
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
    const abort = new AbortController();
    this.said = '';
    const timer = setTimeout(() => void this.#read(input, abort.signal), this.look === null ? 0 : rest);
    return () => {
      clearTimeout(timer);
      abort.abort();
    };
  }

  async #read(input: core.ExportInput, signal: AbortSignal): Promise<void> {
    this.looking = true;
    try {
      const look = await this.#backend.lookAtExport(input, signal);
      if (!signal.aborted) [this.look, this.problem] = [look, ''];
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
