import { orEmpty } from '../lib/orEmpty';
import { puller } from './puller';

/** What is followed of any connection. */
export interface Followed {
  readonly profile: string;
  readonly conn: string;
  readonly rev: number;
  readonly phase: string;
  /** A list that changed is read again by itself. */
  readonly autoRefresh?: boolean | undefined;
  /** Its settings: lists are read page by page. */
  readonly paged?: boolean;
  /** What a call has to know: legacy or modern, the transport, and what we declare as JSON text. */
  readonly era?: string;
  readonly transport?: string;
  readonly client?: string;
}

/** What the lists of a server need to know of its connection. */
export interface LiveConnection extends Followed {
  readonly resourcesChanged: boolean;
  readonly promptsChanged: boolean;
  readonly watchRev: number;
}

export interface LinkSource<C extends Followed = LiveConnection> {
  /** The connections changed after a revision. */
  connections(after: number): Promise<readonly C[]>;
  onConnections(call: () => void): () => void;
}

/** The connection of one server as it is now, and who wants to know. */
export class LiveLink<C extends Followed = LiveConnection> {
  readonly profile: string;
  readonly #source: LinkSource<C>;
  readonly #takers: ((link: C) => void)[] = [];
  #rev = 0;
  now = $state.raw<C | null>(null);

  readonly #pull = puller(async () => {
    for (const link of orEmpty(await this.#source.connections(this.#rev))) {
      this.#rev = Math.max(this.#rev, link.rev);
      if (link.profile !== this.profile) continue;
      this.now = link;
      for (const take of this.#takers) take(link);
    }
  });

  constructor(source: LinkSource<C>, profile: string) {
    this.#source = source;
    this.profile = profile;
  }

  /** How the connection is spoken to; undefined while there is none. */
  get speaks(): { era: string; transport: string; client: string } | undefined {
    const { now } = this;
    if (!now?.era || !this.connected) return undefined;
    return { era: now.era, transport: now.transport ?? '', client: now.client ?? '' };
  }

  /** Whether requests can be made now. */
  get connected(): boolean {
    return this.now?.phase === 'connected';
  }

  /** Registers who is told of every change. */
  follow(take: (link: C) => void): void {
    this.#takers.push(take);
    if (this.now) take(this.now);
  }

  /** Follows the connection; the returned function ends it. A pull that fails is made again with the next event. */
  start(): () => void {
    const pull = (): void => void this.#pull().catch(() => undefined);
    pull();
    return this.#source.onConnections(pull);
  }
}
