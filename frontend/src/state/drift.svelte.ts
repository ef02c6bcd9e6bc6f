import type { Backend, core, drift } from '../backend';
import type { DriftBackend } from '../backend/drift';
import type { Compare } from './compare.svelte';
import { textSide } from './appCompare';
import { dayOf } from '../lib/driftWords';
import { puller } from './puller';

export type DriftSource = DriftBackend & Pick<Backend, 'on'> & { faultOf: (error: unknown) => core.Error };

/** How the interface of one server differs from an earlier one, and what is kept of it. */
export class ProfileDrift {
  readonly profile: string;
  readonly #source: DriftSource;
  readonly #compare: Compare;
  /** What is compared with: an id, or nothing for the baseline. */
  #against = $state('');
  /** What is compared with it: an id, or nothing for the present interface. */
  #later = $state('');
  now = $state.raw<core.Drift | null>(null);
  fault = $state.raw<core.Error | null>(null);
  /** What is being done. */
  busy = $state<'' | 'accept' | 'read' | 'name' | 'delete'>('');

  readonly #pull = puller(async () => {
    try {
      const now = await this.#source.drift(this.profile, this.#against, this.#later);
      this.now = now;
      this.fault = null;
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    }
  });

  constructor(source: DriftSource, compare: Compare, profile: string) {
    this.#source = source;
    this.#compare = compare;
    this.profile = profile;
  }

  get against(): string {
    return this.#against;
  }

  /** Compares with another snapshot. */
  set against(id: string) {
    this.#against = id;
    void this.#pull();
  }

  get later(): string {
    return this.#later;
  }

  /** Compares another snapshot, or with nothing the present interface. */
  set later(id: string) {
    this.#later = id;
    // The present interface is not compared with itself.
    if (id === '' && this.#against === this.now?.present?.id) this.#against = '';
    void this.#pull();
  }

  /** Follows the connection; the returned function ends it. */
  start(): () => void {
    void this.#pull();
    return this.#source.on('connections', () => void this.#pull());
  }

  accept(snapshot: string): Promise<void> {
    this.#against = '';
    this.#later = '';
    return this.#do('accept', () => this.#source.acceptSnapshot(this.profile, snapshot));
  }

  name(snapshot: string, name: string): Promise<void> {
    return this.#do('name', () => this.#source.nameSnapshot(this.profile, snapshot, name));
  }

  delete(snapshot: string): Promise<void> {
    if (this.#against === snapshot) this.#against = '';
    if (this.#later === snapshot) this.#later = '';
    return this.#do('delete', () => this.#source.deleteSnapshot(this.profile, snapshot));
  }

  /** Reads every list to its end. */
  read(): Promise<void> {
    return this.#do('read', () => this.#source.readInterface(this.profile));
  }

  async #do(what: 'accept' | 'read' | 'name' | 'delete', act: () => Promise<void>): Promise<void> {
    this.busy = what;
    try {
      await act();
      await this.#pull();
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    } finally {
      this.busy = '';
    }
  }

  /** The report, to be copied. */
  text(form: 'markdown' | 'json'): Promise<string> {
    return this.#source.driftText(this.profile, this.#against, this.#later, form);
  }

  /** The item that a change is of, as it was and as it is. */
  item(change: drift.Change, signal?: AbortSignal): Promise<core.DriftItem> {
    return this.#source.driftItem(this.#input(change), signal);
  }

  /** Compares the item of a change, or the whole interface, over the main area. */
  async open(change: drift.Change | null, title: string): Promise<void> {
    try {
      const both = await this.#source.driftItem(this.#input(change));
      const named = (of: drift.About | undefined, none: string): string =>
        `${title}, ${of ? of.name || dayOf(of.at) : none}`;
      const before = named(this.now?.against, 'before');
      const after = named(this.#later === '' ? undefined : this.now?.later, 'now');
      this.#compare.show(textSide(before, both.was || 'null'), textSide(after, both.now || 'null'));
    } catch (error) {
      this.fault = this.#source.faultOf(error);
    }
  }

  #input(change: drift.Change | null): core.DriftInput {
    return {
      profile: this.profile,
      against: this.#against,
      later: this.#later,
      kind: change?.kind ?? '',
      name: change?.name ?? '',
      nth: change?.nth ?? 0,
      to: change?.to ?? '',
      form: '',
    };
  }
}
