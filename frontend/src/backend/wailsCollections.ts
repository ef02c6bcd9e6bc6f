import type { core } from '../../wailsjs/go/models';
import * as Collections from '../../wailsjs/go/app/Collections';
import type { CollectionsBackend } from './collections';
import type { FetchApi } from './fetch';
import { keychain, plain, settle, unlimited } from './settle';

/** The part of the backend that is about saved calls, over the bridge. */
export function wailsCollections(api: FetchApi): CollectionsBackend {
  return {
    collections: () => api.json<core.CollectionList>('collections', {}),
    collection: (text) => api.json<core.CollectionDoc>('collection', { text }),
    saveCollection: (saved) => api.json<core.CollectionDoc>('collection-save', { saved }),
    addCalls: (add) => api.json<core.CollectionDoc>('collection-add', { add }),
    sentCalls: (seqs) =>
      api.json<core.SavedCall[]>('collection-sent', { add: { path: '', name: '', seqs, expect: false } }),
    openCollections: () => settle('open saved calls', unlimited, Collections.Open()),
    exportCollection: (path) => settle('copy saved calls', unlimited, Collections.Export(path)),
    deleteCollection: (path) => settle('delete saved calls', keychain, Collections.Delete(path)),
    setVariable: (path, name, value) =>
      settle('keep the variable', keychain, Collections.SetVariable(path, name, value)),
    runCollection: (input) => settle('run the calls', keychain, Collections.Run(input)),
    collectionRun: (text) => api.json<core.CollectionRun>('collection-run', { text }),
    stopCollection: (run) => settle('stop the run', plain, Collections.Stop(run)),
  };
}
