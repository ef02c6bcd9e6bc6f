import { SvelteMap, SvelteSet } from 'svelte/reactivity';
import { AppError, type Backend, type Connection, type Phase, type core } from '../backend';
import { puller } from './puller';

export type ConnectionsSource = Pick<
  Backend,
  'connections' | 'connect' | 'disconnect' | 'launch' | 'confirmLaunch' | 'setSecrets' | 'trust' | 'speak' | 'on'
>;

const phases: readonly string[] = ['disconnected', 'connecting', 'connected', 'refused', 'failed', 'closing'];

/** The phase of a connection; one this window does not know counts as disconnected. */
export function phaseOf(connection: Connection | undefined): Phase {
  const phase = connection?.phase ?? '';
  return phases.includes(phase) ? (phase as Phase) : 'disconnected';
}

/** The connections of all servers, and what has to be asked before one starts. */
export class Connections {
  readonly #source: ConnectionsSource;
  readonly #all = new SvelteMap<string, Connection>();
  /** Connections of the past by their id in the log: the traffic names their server still. */
  readonly #owners = new SvelteMap<string, string>();
  readonly #asking = new SvelteMap<string, core.Launch>();
  /** What goes on once the settings that are asked about are allowed. */
  readonly #after = new Map<string, () => void>();
  readonly #faults = new SvelteMap<string, core.Error>();
  readonly #busy = new SvelteSet<string>();
  /** Connections, by their id in the log, whose noise the user has read of. */
  readonly #hushed = new SvelteSet<string>();
  #rev = 0;

  /** Pulls what changed since the last pull. */
  readonly pull = puller(async () => {
    for (const connection of await this.#source.connections(this.#rev)) {
      // An answer overtaken by a later one would take a state back.
      if (connection.rev <= (this.#all.get(connection.profile)?.rev ?? -1)) continue;
      this.#rev = Math.max(this.#rev, connection.rev);
      this.#all.set(connection.profile, connection);
      if (connection.conn) this.#owners.set(connection.conn, connection.profile);
    }
  });

  constructor(source: ConnectionsSource) {
    this.#source = source;
  }

  /** Starts pulling; the returned function ends it. A pull that fails is made again with the next event. */
  start(): () => void {
    const pull = (): void => void this.pull().catch(() => undefined);
    pull();
    return this.#source.on('connections', pull);
  }

  get(id: string): Connection | undefined {
    return this.#all.get(id);
  }

  /** Questions of all connections that wait for the user. */
  get questions(): number {
    let sum = 0;
    for (const connection of this.#all.values()) sum += connection.questions;
    return sum;
  }

  phase(id: string): Phase {
    return phaseOf(this.#all.get(id));
  }

  /** The server a connection of the log belongs to. */
  owner(conn: string): string | undefined {
    return this.#owners.get(conn);
  }

  /** The ids in the log of all connections of a server. */
  connsOf(id: string): string[] {
    return [...this.#owners].filter(([, owner]) => owner === id).map(([conn]) => conn);
  }

  /** What the user has to see or give before this server starts. */
  asking(id: string): core.Launch | undefined {
    return this.#asking.get(id);
  }

  /** Why the last click on Connect, Disconnect or Start came to nothing. */
  fault(id: string): core.Error | undefined {
    return this.#faults.get(id);
  }

  busy(id: string): boolean {
    return this.#busy.has(id);
  }

  /** Connects, or asks first: a command nobody confirmed, a secret without a value. */
  async connect(id: string): Promise<void> {
    await this.#do(id, async () => {
      const launch = await this.#source.launch(id);
      if (!launch.confirmed || launch.missing.length > 0) this.#asking.set(id, launch);
      else await this.#source.connect(id);
    });
  }

  /**
   * Shows the settings of a server that were changed elsewhere, for the user to allow: something could not use them. Once
   * they are allowed on a live connection, `again` goes on with it.
   */
  async review(id: string, again: () => void = () => undefined): Promise<void> {
    await this.#do(id, async () => {
      const launch = await this.#source.launch(id);
      if (launch.confirmed) return;
      this.#asking.set(id, launch);
      this.#after.set(id, again);
    });
  }

  /** Starts what was shown: the hash is the one of `shown`, so a command changed meanwhile is refused. */
  async launch(id: string, shown: core.Launch, secrets: core.SecretInput[]): Promise<void> {
    const live = this.phase(id) === 'connected';
    await this.#do(id, async () => {
      if (secrets.length > 0) await this.#source.setSecrets(id, secrets);
      if (!shown.confirmed) await this.#source.confirmLaunch(id, shown.hash);
      await this.#source.connect(id);
    });
    const again = this.#after.get(id);
    this.#after.delete(id);
    if (live && !this.#faults.has(id)) again?.();
  }

  stopAsking(id: string): void {
    this.#asking.delete(id);
    this.#after.delete(id);
  }

  /** Ends a connection, or a connect under way. */
  async disconnect(id: string): Promise<void> {
    await this.#do(id, () => this.#source.disconnect(id));
  }

  /** Stops, starts, connects: the log keeps what was. */
  async reconnect(id: string): Promise<void> {
    await this.disconnect(id);
    if (!this.#faults.has(id)) await this.connect(id);
  }

  /** Accepts the certificate that the last connect failed at, and connects again. */
  async trust(id: string, fingerprint: string): Promise<void> {
    await this.#do(id, () => this.#source.trust(id, fingerprint));
    if (!this.#faults.has(id)) await this.connect(id);
  }

  /** Settles on one version of the protocol for a server, and connects with it. */
  async speak(id: string, version: string): Promise<void> {
    await this.#do(id, () => this.#source.speak(id, version));
    if (this.#faults.has(id)) return;
    await (phaseOf(this.get(id)) === 'connected' ? this.reconnect(id) : this.connect(id));
  }

  /** Whether the user has closed what is said of lines on stdout that are no messages. */
  hushed(conn: string): boolean {
    return this.#hushed.has(conn);
  }

  hush(conn: string): void {
    this.#hushed.add(conn);
  }

  /** Forgets what was said about a server. */
  forget(id: string): void {
    this.#asking.delete(id);
    this.#faults.delete(id);
  }

  async #do(id: string, work: () => Promise<void>): Promise<void> {
    this.forget(id);
    this.#busy.add(id);
    try {
      await work();
      await this.pull();
    } catch (thrown) {
      this.#faults.set(id, AppError.from(thrown).fault);
    } finally {
      this.#busy.delete(id);
    }
  }
}
