import type { core } from '../../../wailsjs/go/models';
import type { AppsBackend } from '../apps';
import { FakeModern } from './modern';

/** The apps of the twin: a frame without an app in it, and what the window asks for one. */
export class FakeApps extends FakeModern implements AppsBackend {
  #apps = 0;
  /** What was recorded, asked for and saved, in order. */
  readonly recorded: core.AppMessage[] = [];
  readonly appAsks: core.AppRequest[] = [];
  readonly appFiles: { name: string; data: string }[] = [];
  readonly appsClosed: string[] = [];
  reports: core.AppReports = { blocked: [], more: 0 };
  /** What the server answers to an app. */
  appAnswer: core.AppAnswer = {
    result: '{"content":[{"type":"text","text":"done"}]}',
    rpc: '',
    seq: 0,
    request: 0,
    took: 900,
  };

  openApp(input: core.AppInput): Promise<core.App> {
    return Promise.resolve({
      id: `app-${++this.#apps}`,
      conn: 'c-open',
      url: 'about:blank',
      sandbox: 'allow-scripts allow-forms',
      allow: '',
      policy: "default-src 'none'; script-src 'self' 'unsafe-inline'; connect-src 'none'",
      uri: 'ui://sample/app',
      mimeType: 'text/html;profile=mcp-app',
      bytes: 2048,
      seq: 0,
      request: 0,
      toolRaw: JSON.stringify({ name: input.tool, inputSchema: { type: 'object' } }),
      refused: [
        { list: 'connectDomains', value: '*', why: 'it is no origin: write a scheme before it, such as https://' },
      ],
      asked: ['clipboardWrite'],
      granted: input.permissions,
      domain: '',
      findings: [],
      maxChars: 4 << 20,
      perSecond: 200,
    });
  }

  showHtml(input: core.HTMLInput): Promise<core.HTMLPage> {
    return Promise.resolve({
      id: `page-${++this.#apps}`,
      url: 'about:blank',
      sandbox: input.scripts ? 'allow-scripts allow-forms' : '',
      policy: "default-src 'none'",
    });
  }

  showPdf(): Promise<core.HTMLPage> {
    return Promise.resolve({
      id: `page-${++this.#apps}`,
      url: 'about:blank',
      sandbox: 'allow-scripts allow-forms',
      policy: "default-src 'none'",
    });
  }

  closeApp(id: string): Promise<void> {
    this.appsClosed.push(id);
    return Promise.resolve();
  }

  appReports(): Promise<core.AppReports> {
    return Promise.resolve(this.reports);
  }

  alive(): Promise<void> {
    return Promise.resolve();
  }

  askForApp(request: core.AppRequest): Promise<core.AppAnswer> {
    this.appAsks.push(request);
    return Promise.resolve(this.appAnswer);
  }

  recordApp(record: core.AppRecord): Promise<void> {
    this.recorded.push(...record.messages);
    return Promise.resolve();
  }

  saveAppFile(name: string, data: string): Promise<string> {
    this.appFiles.push({ name, data });
    return Promise.resolve(`/home/me/${name}`);
  }
}
