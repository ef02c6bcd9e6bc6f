import type { core } from '../../wailsjs/go/models';
import * as Captures from '../../wailsjs/go/app/Captures';
import * as Exports from '../../wailsjs/go/app/Exports';
import type { CapturesBackend } from './captures';
import type { FetchApi } from './fetch';
import { plain, settle, unlimited } from './settle';

/** The part of the backend that keeps captures, over the bridge. */
export function wailsCaptures(api: FetchApi): CapturesBackend {
  return {
    captures: (signal) => api.json<core.Captures>('captures', {}, signal),
    renameCapture: (id, name) => settle('name the capture', plain, Captures.Rename(id, name)),
    commentCapture: (id, comment) => settle('comment the capture', plain, Captures.Comment(id, comment)),
    pinCapture: (id, pinned) => settle('pin the capture', plain, Captures.Pin(id, pinned)),
    deleteCaptures: (ids) => settle('delete captures', plain, Captures.Delete(ids)),
    undeleteCaptures: (ids) => settle('bring captures back', plain, Captures.Undelete(ids)),
    limitCaptures: (bytes) => settle('limit captures', plain, Captures.Limit(bytes)),
    openCaptureFile: () => settle('open a capture file', unlimited, Exports.OpenFile()),
    givenFile: () => settle('open a capture file', unlimited, Exports.Given()),
    closeCaptureFile: (id) => settle('close the file', plain, Exports.CloseFile(id)),
    markEntry: (seq, comment, pinned) => settle('mark the entry', plain, Captures.MarkEntry(seq, comment, pinned)),
  };
}
