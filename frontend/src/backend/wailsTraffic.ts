import type { core, wire } from '../../wailsjs/go/models';
import * as Traffic from '../../wailsjs/go/app/Traffic';
import type { FetchApi } from './fetch';
import { plain, settle } from './settle';
import type { FiguresBackend } from './timeline';
import type { FilterWord, Related, ViewRows, ViewsBackend, ViewState } from './traffic';

/** The part of the backend that shows the traffic as rows, over the bridge. */
export function wailsTraffic(api: FetchApi): ViewsBackend & FiguresBackend {
  return {
    view: (view, signal) => api.json<ViewState>('view', { view }, signal),
    rows: (view, index, limit, signal) => api.json<ViewRows>('rows', { rows: { view, index, limit } }, signal),
    rowOf: async (view, seq, signal) =>
      (await api.json<{ index: number }>('rowof', { rows: { view }, seq }, signal)).index,
    entry: (seq, signal) => api.json<wire.Entry>('entry', { seq }, signal),
    filterWords: (view, text, index, signal) =>
      api.json<FilterWord[]>('filterwords', { rows: { view }, text, index }, signal),
    related: (seq, signal) => api.json<Related>('related', { seq }, signal),
    timeline: (timeline, signal) => api.json<core.Timeline>('timeline', { timeline }, signal),
    stats: (stats, signal) => api.json<core.Stats>('stats', { stats }, signal),
    closeView: (view) => settle('close the view', plain, Traffic.CloseView(view)),
    savedFilters: () => settle('read the saved filters', plain, Traffic.SavedFilters()),
    saveFilter: (name, text) => settle('save the filter', plain, Traffic.SaveFilter(name, text)),
    renameFilter: (from, to) => settle('rename the filter', plain, Traffic.RenameFilter(from, to)),
    deleteFilter: (name) => settle('delete the filter', plain, Traffic.DeleteFilter(name)),
  };
}
