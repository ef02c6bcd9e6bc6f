/** HTML of servers in the sandbox, over the program's one backend. */
import { AppError, backend, type core } from '../backend';

/** Makes HTML of a recorded answer available to a frame; `at` is its JSON Pointer in the result. */
export async function showHtml(seq: number, at: string, scripts: boolean): Promise<core.HTMLPage | string> {
  try {
    return await backend.showHtml({ seq, at, scripts });
  } catch (thrown) {
    return AppError.from(thrown).fault.message;
  }
}

export function closeHtml(id: string): void {
  // One that is not there any more is closed.
  void backend.closeApp(id).catch(() => undefined);
}
