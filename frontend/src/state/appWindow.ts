/** The states the window has one of, over the one backend. */
import { backend } from '../backend';
import { onUnseen } from './appSignIn';
import { Box } from './box.svelte';
import { Connections } from './connections.svelte';
import { Preferences } from './preferences.svelte';
import { Servers } from './servers.svelte';
import { Shell } from './shell.svelte';

export interface AppWindow {
  servers: Servers;
  connections: Connections;
  preferences: Preferences;
  shell: Shell;
  box: Box;
}

export function appWindow(source = backend): AppWindow {
  const servers = new Servers(source);
  const connections = new Connections(source);
  onUnseen((id, again) => void connections.review(id, again));
  const preferences = new Preferences();
  const shell = new Shell(servers, connections, preferences);
  const box = new Box(source, connections, (id) => {
    void servers.pull().then(() => shell.select(id));
  });
  return { servers, connections, preferences, shell, box };
}
