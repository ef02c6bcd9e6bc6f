import type { core } from '../../wailsjs/go/models';
import * as Drift from '../../wailsjs/go/app/Drift';
import type { DriftBackend } from './drift';
import type { FetchApi } from './fetch';
import { plain, settle, unlimited } from './settle';

/** The part of the backend that tells how servers drift, over the bridge. */
export function wailsDrift(api: FetchApi): DriftBackend {
  return {
    drift: (profile, against, later, signal) =>
      api.json<core.Drift>('drift', { drift: { profile, against, later } }, signal),
    driftItem: (drift, signal) => api.json<core.DriftItem>('drift-item', { drift }, signal),
    driftText: (profile, against, later, form) =>
      api.json<string>('drift-text', { drift: { profile, against, later, form } }),
    nameSnapshot: (id, snapshot, name) => settle('name the snapshot', plain, Drift.Name(id, snapshot, name)),
    acceptSnapshot: (id, snapshot) => settle('accept the interface', plain, Drift.Accept(id, snapshot)),
    deleteSnapshot: (id, snapshot) => settle('delete the snapshot', plain, Drift.Delete(id, snapshot)),
    readInterface: (id) => settle('read the interface', unlimited, Drift.Read(id)),
  };
}
