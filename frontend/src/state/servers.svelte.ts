import { AppError, type Backend, type core, type profile } from '../backend';
import { groupNames, groupServers, matchesServer, movedBefore, type ServerGroup } from '../lib/serverList';
import { puller } from './puller';

export type ServersSource = Pick<
  Backend,
  | 'servers'
  | 'openFolder'
  | 'reloadServers'
  | 'saveServer'
  | 'duplicateServer'
  | 'deleteServer'
  | 'restoreServer'
  | 'reorderServers'
  | 'keepServer'
  | 'on'
>;

/** The saved servers, in the order of the rail. */
export class Servers {
  readonly #source: ServersSource;
  #list = $state.raw<core.ServerList | null>(null);
  #fault = $state.raw<core.Error | null>(null);
  #removed = $state.raw<{ id: string; name: string } | null>(null);
  query = $state('');

  readonly all = $derived<readonly profile.Profile[]>(this.#list?.profiles ?? []);
  readonly groups = $derived<ServerGroup<profile.Profile>[]>(
    groupServers(
      this.all.filter((server) => matchesServer(server, this.query.trim())),
      this.#list?.temporary ?? [],
    ),
  );
  readonly groupNames = $derived(groupNames(this.all));

  /** Pulls the list again. */
  readonly pull = puller(async () => {
    try {
      this.#list = await this.#source.servers();
      this.#fault = null;
    } catch (thrown) {
      this.#fault = AppError.from(thrown).fault;
    }
  });

  constructor(source: ServersSource) {
    this.#source = source;
  }

  /** Starts pulling; the returned function ends it. */
  start(): () => void {
    void this.pull();
    return this.#source.on('servers', () => void this.pull());
  }

  /** Whether the list was read once. */
  get read(): boolean {
    return this.#list !== null;
  }

  /** Why the last pull, or the last change, failed. */
  get fault(): core.Error | null {
    return this.#fault;
  }

  /** The profile file, and why it could not be read; while it cannot, nothing is written to it. */
  get file(): { path: string; problem: string } {
    return { path: this.#list?.file ?? '', problem: this.#list?.fileError ?? '' };
  }

  /** Reads the profile file again. Throws an AppError. */
  async reload(): Promise<void> {
    await this.#source.reloadServers();
    await this.pull();
  }

  /** Shows the profile file's folder in the system's file manager. Throws an AppError. */
  async openFolder(): Promise<void> {
    await this.#source.openFolder();
  }

  get keychain(): core.KeychainState {
    const told = this.#list?.keychain;
    return told?.state ? told : { state: 'available', name: '', text: '' };
  }

  /** What was deleted last and can be brought back. */
  get removed(): { id: string; name: string } | null {
    return this.#removed;
  }

  get(id: string): profile.Profile | undefined {
    return this.all.find((server) => server.id === id);
  }

  isTemporary(id: string): boolean {
    return this.#list?.temporary.includes(id) ?? false;
  }

  /** Adds or changes a server. Throws an AppError. */
  async save(server: profile.Profile, secrets: core.SecretInput[]): Promise<profile.Profile> {
    const saved = await this.#source.saveServer(server, secrets);
    await this.pull();
    return saved;
  }

  async duplicate(id: string): Promise<profile.Profile | undefined> {
    return this.#change(() => this.#source.duplicateServer(id));
  }

  async remove(id: string): Promise<void> {
    const name = this.get(id)?.name ?? '';
    await this.#change(async () => {
      await this.#source.deleteServer(id);
      this.#removed = { id, name };
    });
  }

  async restore(): Promise<string> {
    const gone = this.#removed;
    if (!gone) return '';
    this.#removed = null;
    await this.#change(() => this.#source.restoreServer(gone.id));
    return gone.id;
  }

  forgetRemoved(): void {
    this.#removed = null;
  }

  /** Saves what was typed into the box. */
  async keep(id: string): Promise<void> {
    await this.#change(() => this.#source.keepServer(id));
  }

  /** Moves a server one place up or down among those of its group that are shown. */
  async step(id: string, by: -1 | 1): Promise<void> {
    const group = this.groups.find((g) => g.servers.some((s) => s.id === id));
    if (!group || group.temporary) return;
    const at = group.servers.findIndex((s) => s.id === id);
    const other = group.servers[at + by];
    if (!other) return;
    await this.place(id, by < 0 ? other.id : group.servers[at + 2]?.id, group.name, other.id);
  }

  /**
   * Puts a server before another, into a group. At the end of a group `before` is undefined and `after` names the
   * server to follow.
   */
  async place(id: string, before: string | undefined, group: string, after?: string): Promise<void> {
    const server = this.get(id);
    if (!server) return;
    await this.#change(async () => {
      if ((server.group ?? '') !== group) await this.#source.saveServer({ ...server, group }, []);
      const ids = this.all.filter((s) => !this.isTemporary(s.id)).map((s) => s.id);
      const next =
        after === undefined
          ? undefined
          : ids.filter((other) => other !== id)[ids.filter((other) => other !== id).indexOf(after) + 1];
      await this.#source.reorderServers(movedBefore(ids, id, before ?? next));
    });
  }

  async #change<T>(change: () => Promise<T>): Promise<T | undefined> {
    try {
      const done = await change();
      await this.pull();
      return done;
    } catch (thrown) {
      const fault = AppError.from(thrown).fault;
      await this.pull();
      this.#fault = fault;
      return undefined;
    }
  }
}
