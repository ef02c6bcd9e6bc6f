import type { Connections } from '../../state/connections.svelte';
import type { Servers } from '../../state/servers.svelte';
import type { Shell } from '../../state/shell.svelte';
import type { MenuItem } from '../../ui/menu';

/** What can be done with a server, for its row and its header. */
export function serverMenu(id: string, servers: Servers, connections: Connections, shell: Shell): MenuItem[] {
  const phase = connections.phase(id);
  const live = phase === 'connected' || phase === 'connecting';
  const show = (): void => shell.select(id);
  return [
    live
      ? {
          label: phase === 'connecting' ? 'Cancel connecting' : 'Disconnect',
          icon: 'stop',
          onselect: () => void connections.disconnect(id),
        }
      : {
          label: 'Connect',
          icon: 'plug',
          onselect: () => {
            show();
            void connections.connect(id);
          },
        },
    ...(phase === 'connected'
      ? [
          {
            label: servers.get(id)?.transport === 'stdio' ? 'Restart' : 'Reconnect',
            icon: 'restart' as const,
            onselect: () => void connections.reconnect(id),
          },
        ]
      : []),
    'line',
    ...(servers.isTemporary(id)
      ? [{ label: 'Save', icon: 'check' as const, onselect: () => void servers.keep(id) }]
      : []),
    { label: 'Edit…', icon: 'edit', keys: 'F2', onselect: () => shell.edit(id) },
    { label: 'Roots…', icon: 'folder', onselect: () => (shell.dialog = { kind: 'roots', id }) },
    { label: 'Duplicate', icon: 'copy', onselect: () => void shell.duplicate(id) },
    { label: 'Export…', icon: 'export', onselect: () => shell.export([id]) },
    'line',
    { label: 'Delete', icon: 'trash', danger: true, onselect: () => void shell.remove(id) },
  ];
}
