import type { app, capture, core } from '../../wailsjs/go/models';

/** What a connection left in the store. */
export type Capture = capture.Capture;
/** Where entries go, and what is wrong with that. */
export type StoreState = capture.State;

/** What was captured before and is kept. */
export interface CapturesBackend {
  captures(signal?: AbortSignal): Promise<core.Captures>;
  renameCapture(id: string, name: string): Promise<void>;
  commentCapture(id: string, comment: string): Promise<void>;
  pinCapture(id: string, pinned: boolean): Promise<void>;
  /** `undeleteCaptures` brings them back within half a minute. */
  deleteCaptures(ids: string[]): Promise<void>;
  undeleteCaptures(ids: string[]): Promise<void>;
  /** Sets the bytes above which the oldest captures leave. */
  limitCaptures(bytes: number): Promise<void>;
  /** Asks for a capture file or a HAR and opens it, read-only; answers with the ids of what is in it, none: cancelled. */
  openCaptureFile(): Promise<string[]>;
  /** Opens the next file that the program was started with, or that the system handed to it; without a name: none. */
  givenFile(): Promise<app.Given>;
  /** Closes an opened file by the id of anything in it. */
  closeCaptureFile(id: string): Promise<void>;
  /** Puts a comment and a pin on an entry; without both it takes the mark away. */
  markEntry(seq: number, comment: string, pinned: boolean): Promise<void>;
}
