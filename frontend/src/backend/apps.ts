import type { core } from '../../wailsjs/go/models';

/** What the window asks about MCP Apps, and about HTML of servers. */
export interface AppsBackend {
  /** Reads the app of a tool and makes it available to a frame; `cancelCall` ends it. What goes wrong is in the answer. */
  openApp(input: core.AppInput): Promise<core.App>;
  /** Makes HTML of a recorded answer available to a frame. */
  showHtml(input: core.HTMLInput): Promise<core.HTMLPage>;
  /** Makes an empty PDF viewer available to a frame, which draws the bytes that are posted to it. */
  showPdf(): Promise<core.HTMLPage>;
  /** Takes an app or a page of HTML away. */
  closeApp(id: string): Promise<void>;
  /** What the browser blocked of an app or a page of HTML; the event `apps` says when to ask again. */
  appReports(id: string): Promise<core.AppReports>;
  /** The answer to the event `alive`: the page is not held up by an app. */
  alive(): Promise<void>;
  /** Sends a request to the server of an app, however long it takes; `cancelCall` ends it. */
  askForApp(request: core.AppRequest): Promise<core.AppAnswer>;
  /** Records messages between an app and the window. */
  recordApp(record: core.AppRecord): Promise<void>;
  /** Asks where to and writes a file of an app there (`data` is base64); answers with the path, empty when cancelled. */
  saveAppFile(name: string, data: string): Promise<string>;
}
