/** The types that cross the bridge, as Go wrote them. The rest of the frontend imports them from here only. */
import type { core } from '../../wailsjs/go/models';

export type { auth, challenge, core, drift, profile, question, rules, snapshots, wire } from '../../wailsjs/go/models';

/** Phase of a connection. */
export type Phase = 'disconnected' | 'connecting' | 'connected' | 'refused' | 'failed' | 'closing';

/** The state of one server's connection. */
export type Connection = core.Connection;

/** A part of an entry that has bytes. */
export type BodyPart = 'message' | 'request' | 'response';

/** A range of a body, and how much of it there is. */
export interface BodyBytes {
  bytes: Uint8Array<ArrayBuffer>;
  /** True length on the wire. */
  total: number;
  /** Bytes that can be asked for. */
  kept: number;
  /** "dropped": it left memory; "cut": longer than what is kept; empty: whole. */
  state: string;
}

/** Pages of a list: as read last (all, if none was), all anew, the first anew, or one more. */
export type Pages = '' | 'all' | 'first' | 'next';

/** What an event says: pull again. */
export type EventName =
  | 'traffic'
  | 'connections'
  | 'servers'
  | 'calls'
  | 'questions'
  | 'signin'
  | 'apps'
  | 'alive'
  | 'tasks'
  | 'views'
  | 'filters'
  | 'captures'
  | 'collections'
  | 'exports'
  | 'given';

/** The form of an export: the common one, or VS Code's. */
export type ExportForm = 'mcpServers' | 'servers';
