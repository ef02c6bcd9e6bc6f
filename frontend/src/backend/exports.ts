import type { core } from '../../wailsjs/go/models';

/** What the window asks to hand on traffic: code, files, spans, and servers that answer as recorded. */
export interface ExportsBackend {
  /** How an entry can be copied as code. */
  copyForms(seq: number, signal?: AbortSignal): Promise<core.CopyForm[]>;
  copyCode(seq: number, form: string, signal?: AbortSignal): Promise<core.CopyCode>;
  /** What an export would write; nothing is written. */
  lookAtExport(input: core.ExportInput, signal?: AbortSignal): Promise<core.ExportLook>;
  /** Asks where to and writes; answers with the path, empty when the user cancelled. `stopExport` ends it. */
  saveExport(input: core.ExportInput): Promise<string>;
  stopExport(): Promise<void>;
  exportState(): Promise<core.ExportState>;
  /** Sends spans to a collector; what it says is in the answer, a refusal too. */
  sendSpans(input: core.SpansInput): Promise<core.SpansSent>;
  mocks(): Promise<core.Mock[]>;
  startMock(input: core.MockInput): Promise<core.Mock>;
  stopMock(id: string): Promise<void>;
}
