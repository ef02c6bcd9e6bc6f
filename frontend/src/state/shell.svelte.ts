import type { profile, rules } from '../backend';
import type { Connections } from './connections.svelte';
import type { Preferences } from './preferences.svelte';
import type { Servers } from './servers.svelte';

/** The dialog that is open. */
export type OpenDialog =
  | { kind: 'none' }
  | { kind: 'edit'; server: profile.Profile | null }
  | { kind: 'import' }
  | { kind: 'export'; ids: string[] }
  | { kind: 'jump' }
  /** The rules that answer questions; a rule made of an answer is edited first. */
  | { kind: 'rules'; rule?: rules.Rule }
  | { kind: 'sampler' }
  | { kind: 'roots'; id: string }
  | { kind: 'help' }
  | { kind: 'about' };

/** Where the user is: the server shown, the tab, the dialog. */
export class Shell {
  readonly #servers: Servers;
  readonly #connections: Connections;
  readonly preferences: Preferences;
  dialog = $state.raw<OpenDialog>({ kind: 'none' });
  #selected = $state('');
  /** Whether the main area shows what all servers ask, in place of a server. */
  #inbox = $state(false);

  constructor(servers: Servers, connections: Connections, preferences: Preferences) {
    this.#servers = servers;
    this.#connections = connections;
    this.preferences = preferences;
    this.#selected = preferences.selected;
  }

  /** The server shown: the chosen one, or the first while the chosen one is not there. */
  readonly selected = $derived.by(() => {
    if (this.#servers.get(this.#selected)) return this.#selected;
    return this.#servers.all[0]?.id ?? '';
  });

  get inbox(): boolean {
    return this.#inbox;
  }

  showInbox(): void {
    this.#inbox = true;
  }

  leaveInbox(): void {
    this.#inbox = false;
  }

  select(id: string): void {
    this.#inbox = false;
    this.#selected = id;
    this.preferences.select(id);
  }

  tab(id: string): string {
    return this.preferences.tab(id);
  }

  setTab(id: string, tab: string): void {
    this.preferences.setTab(id, tab);
  }

  /** Opens the editor: for a server, or for a new one. */
  edit(id = ''): void {
    this.dialog = { kind: 'edit', server: this.#servers.get(id) ?? null };
  }

  export(ids: string[] = this.#servers.all.filter((s) => !s.sample).map((s) => s.id)): void {
    this.dialog = { kind: 'export', ids };
  }

  close(): void {
    this.dialog = { kind: 'none' };
  }

  async duplicate(id: string): Promise<void> {
    const copy = await this.#servers.duplicate(id);
    if (copy) this.select(copy.id);
  }

  async remove(id: string): Promise<void> {
    const ids = this.#servers.groups.flatMap((g) => g.servers.map((s) => s.id));
    const at = ids.indexOf(id);
    await this.#servers.remove(id);
    this.#connections.forget(id);
    if (this.#selected === id) this.select(ids[at + 1] ?? ids[at - 1] ?? '');
  }

  async restore(): Promise<void> {
    const id = await this.#servers.restore();
    if (id) this.select(id);
  }
}
