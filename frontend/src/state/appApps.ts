/** The MCP Apps of the program, over its one backend. */
import { AppError, backend, type core } from '../backend';
import { fetchBody } from './appTools';
import { appCall, RunningApp, type AppSource, type AppStart } from './runningApp.svelte';

const source: AppSource = {
  askForApp: (request) => backend.askForApp(request),
  recordApp: (record) => backend.recordApp(record),
  closeApp: (id) => backend.closeApp(id),
  appReports: (id) => backend.appReports(id),
  cancelCall: (call) => backend.cancelCall(call),
  openLink: (url) => backend.openLink(url),
  saveAppFile: (name, data) => backend.saveAppFile(name, data),
  onApps: (call) => backend.on('apps', call),
  faultOf: (error) => AppError.from(error).fault,
};

/** Opens the app of a tool: reads its resource. What goes wrong is in `app.err`. */
export async function openApp(
  input: Omit<core.AppInput, 'call'>,
  start: Omit<AppStart, 'version'>,
): Promise<{ app: core.App; run?: RunningApp; fault?: AppError['fault'] }> {
  try {
    const [app, { version }] = await Promise.all([backend.openApp({ ...input, call: appCall() }), backend.hello()]);
    if (app.err) return { app, fault: app.err };
    return { app, run: new RunningApp(source, app, { ...start, version }) };
  } catch (thrown) {
    return { app: none, fault: AppError.from(thrown).fault };
  }
}

const none = { id: '', refused: [], asked: [], granted: [], findings: [] } as unknown as core.App;

/** Bytes of a recorded answer that an app is given, at most. */
const maxRecorded = 32 << 20;

/** The result in a recorded answer, JSON text; known secrets in it are masked. */
export async function recordedResult(seq: number): Promise<string> {
  const text = new TextDecoder();
  let all = '';
  for (let at = 0, kept = 1; at < kept;) {
    const part = await fetchBody(seq, 'message', at, 4 << 20);
    if (part.state !== '' || part.bytes.length === 0) throw new Error('the answer left memory: call the tool again');
    if (part.kept > maxRecorded) throw new Error('the answer is too large to be handed over: call the tool again');
    kept = part.kept;
    at += part.bytes.length;
    all += text.decode(part.bytes, { stream: at < kept });
  }
  const { result } = JSON.parse(all) as { result?: unknown };
  return JSON.stringify(result ?? {});
}
