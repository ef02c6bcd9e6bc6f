import type { TimeWindow } from '../lib/timeScale';

/** What is to be handed on: an entry as code, or entries as a file, as spans, as a server. */
export type HandedOn =
  | { kind: 'code'; seq: number }
  | {
      kind: 'entries';
      /** The view whose rows are shown. */
      view: string;
      /** Entries that were picked; none: what the view shows. */
      seqs: number[];
      /** Connection of what was picked; empty: none. */
      conn: string;
      /** Asked for what is shown, whatever is picked. */
      shown?: Shown;
    };

/** What the table shows: its filter, and the part of time that the timeline shows or marks. */
export interface Shown {
  filter: string;
  window: TimeWindow | undefined;
}

/** Which of the dialogs that hand traffic on is open. The dialogs are a late part of the window. */
export class HandOn {
  #open = $state.raw<HandedOn | null>(null);

  get open(): HandedOn | null {
    return this.#open;
  }

  copyAs(seq: number): void {
    this.#open = { kind: 'code', seq };
  }

  export(view: string, seqs: number[] = [], conn = '', shown?: Shown): void {
    this.#open = { kind: 'entries', view, seqs, conn, ...(shown ? { shown } : {}) };
  }

  close(): void {
    this.#open = null;
  }
}

export const handOn = new HandOn();
