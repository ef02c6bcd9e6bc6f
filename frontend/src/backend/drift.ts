import type { core } from '../../wailsjs/go/models';

/** What the window asks about the kept interfaces of servers. */
export interface DriftBackend {
  /**
   * How the present interface, or the snapshot that `later` names, differs from an earlier one: the baseline, or the
   * one that `against` names.
   */
  drift(id: string, against: string, later: string, signal?: AbortSignal): Promise<core.Drift>;
  /** One item, or with an empty kind the whole interface, as it was and as it is. */
  driftItem(input: core.DriftInput, signal?: AbortSignal): Promise<core.DriftItem>;
  /** The comparison as Markdown or JSON. */
  driftText(id: string, against: string, later: string, form: 'markdown' | 'json'): Promise<string>;
  nameSnapshot(id: string, snapshot: string, name: string): Promise<void>;
  /** Makes a snapshot the baseline. */
  acceptSnapshot(id: string, snapshot: string): Promise<void>;
  deleteSnapshot(id: string, snapshot: string): Promise<void>;
  /** Reads every list of a server to its end. */
  readInterface(id: string): Promise<void>;
}
