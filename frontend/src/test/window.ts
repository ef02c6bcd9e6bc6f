import { FakeBackend } from '../backend/fake';
import { appWindow, type AppWindow } from '../state/appWindow';

/** The states of a window over a twin of its own, read and following its events. */
export async function testWindow(
  backend = new FakeBackend({ speed: 1000, past: 3 }),
): Promise<AppWindow & { backend: FakeBackend }> {
  const state = appWindow(backend);
  state.servers.start();
  state.connections.start();
  await Promise.all([state.servers.pull(), state.connections.pull()]);
  return { ...state, backend };
}
