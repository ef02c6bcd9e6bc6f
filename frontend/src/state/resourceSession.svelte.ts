import type { Backend, core } from '../backend';
import type { Reads } from './reads';
import { CallExtras } from './callExtras.svelte';
import { RunHistory } from './runHistory.svelte';

export type ResourceSource = Pick<Backend, 'resource'> & { faultOf: (error: unknown) => core.Error };

/** One resource: what the server says of it, and its reads. */
export class ResourceSession {
  readonly kind = 'resource';
  readonly profile: string;
  readonly reads: Reads;
  readonly #source: ResourceSource;
  readonly #conn: () => string;
  resource = $state.raw<core.Resource>() as core.Resource;
  detail = $state.raw<core.ResourceDetail | null>(null);
  fault = $state.raw<core.Error | null>(null);
  readonly history = new RunHistory();
  /** What the next read has of its own. */
  readonly extras = new CallExtras();

  /** `conn` tells the connection in use. */
  constructor(source: ResourceSource, reads: Reads, profile: string, resource: core.Resource, conn: () => string) {
    this.#source = source;
    this.reads = reads;
    this.profile = profile;
    this.resource = resource;
    this.#conn = conn;
  }

  /** The URI that is read and watched. */
  get uri(): string {
    return this.resource.uri;
  }

  get index(): number {
    return this.resource.index;
  }

  async load(): Promise<void> {
    try {
      this.detail = await this.#source.resource(this.profile, this.resource.index);
      this.fault = null;
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    }
  }

  read(): void {
    if (!this.extras.valid) {
      this.extras.open = true;
      return;
    }
    this.history.add(this.reads.read(this.profile, this.uri, this.index, this.#conn(), this.extras.wire));
  }
}
