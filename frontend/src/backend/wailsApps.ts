import type { core } from '../../wailsjs/go/models';
import * as Apps from '../../wailsjs/go/app/Apps';
import type { AppsBackend } from './apps';
import type { FetchApi } from './fetch';
import { plain, settle, unlimited } from './settle';

/** MCP Apps over the bridge of Wails and its asset server. */
export function wailsApps(api: FetchApi): AppsBackend {
  return {
    openApp: (input) => settle('open app', unlimited, Apps.Open(input)),
    showHtml: (input) => settle('show HTML', plain, Apps.Show(input)),
    showPdf: () => settle('show PDF', plain, Apps.ShowPDF()),
    closeApp: (id) => settle('close app', plain, Apps.Close(id)),
    appReports: (id) => settle('list what was blocked', plain, Apps.Reports(id)),
    alive: () => settle('tell that the page is there', plain, Apps.Alive()),
    askForApp: (app) => api.json<core.AppAnswer>('app-ask', { app }, undefined, unlimited),
    recordApp: async (record) => void (await api.json<object>('app-record', { record })),
    saveAppFile: (name, data) => api.json<string>('app-save', { file: { name, data } }, undefined, unlimited),
  };
}
