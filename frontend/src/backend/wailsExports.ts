import type { core } from '../../wailsjs/go/models';
import * as Exports from '../../wailsjs/go/app/Exports';
import type { ExportsBackend } from './exports';
import type { FetchApi } from './fetch';
import { plain, settle, unlimited } from './settle';

/** The part of the backend that hands traffic on, over the bridge. */
export function wailsExports(api: FetchApi): ExportsBackend {
  return {
    copyForms: (seq, signal) => api.json<core.CopyForm[]>('export-forms', { seq }, signal),
    copyCode: (seq, text, signal) => api.json<core.CopyCode>('export-code', { seq, text }, signal),
    lookAtExport: (input, signal) => api.json<core.ExportLook>('export-look', { export: input }, signal, unlimited),
    saveExport: (input) => settle('export', unlimited, Exports.Save(input)),
    stopExport: () => settle('stop the export', plain, Exports.Stop()),
    exportState: () => api.json<core.ExportState>('export-state', {}),
    sendSpans: (input) => settle('send spans', unlimited, Exports.SendSpans(input)),
    mocks: () => api.json<core.Mock[]>('export-mocks', {}),
    startMock: (input) => settle('serve as mock', unlimited, Exports.StartMock(input)),
    stopMock: (id) => settle('stop the mock', plain, Exports.StopMock(id)),
  };
}
