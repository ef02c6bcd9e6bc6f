import type { core } from '../../wailsjs/go/models';

/** A list whose changes are told. */
export type ListKind = 'tools' | 'resources' | 'templates' | 'prompts' | 'skills';

/** What the window asks of a connection besides its features: what is known of it, pings, logging, icons. */
export interface InspectBackend {
  /** What the recorded traffic tells of a connection, the present one or the last. */
  overview(id: string, signal?: AbortSignal): Promise<core.Overview>;
  /** Asks the server whether it is there; what goes wrong is in the answer. */
  ping(id: string): Promise<core.PingResult>;
  /** Asks for each list that the server declares, or for every list; waits for the last. `stopCheck` ends it. */
  checkServed(id: string, undeclared: boolean): Promise<void>;
  stopCheck(id: string): Promise<void>;
  logs(input: core.LogInput, signal?: AbortSignal): Promise<core.LogPage>;
  /** Asks for log messages from a level on, now and after each connect; none with an empty one. */
  setLogLevel(id: string, level: string): Promise<void>;
  /** Asks where to and writes what `logs` finds; answers with the path, empty when the user cancelled. */
  saveLog(input: core.LogInput): Promise<string>;
  /** An icon by its place, fetched when it is first asked for. */
  icon(input: core.IconInput): Promise<core.IconImage>;
  /** How a list differs from the one that was seen last. */
  listChanges(id: string, of: ListKind): Promise<core.ListChanges>;
  dismissChanges(id: string, of: ListKind): Promise<void>;
}
