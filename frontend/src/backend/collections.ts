import type { core } from '../../wailsjs/go/models';

/**
 * What becomes of values that look like credentials and would come into a file: they are told and nothing is written,
 * they become secret variables, or they are written.
 */
export type SecretsChoice = '' | 'hide' | 'keep';

/** What the window asks about saved calls. A path names a file; the event `collections` says when to ask again. */
export interface CollectionsBackend {
  collections(): Promise<core.CollectionList>;
  collection(path: string): Promise<core.CollectionDoc>;
  /** Writes a file, a new one for an empty path, and reads it back. What went wrong is in `err`, or it is `unsaved`. */
  saveCollection(input: core.SaveCollectionInput): Promise<core.CollectionDoc>;
  /** Saves requests of the traffic as calls. */
  addCalls(input: core.AddCallsInput): Promise<core.CollectionDoc>;
  /** The requests among entries, with the params that a person would write. */
  sentCalls(seqs: readonly number[]): Promise<core.SavedCall[]>;
  /** Asks for files in the system's dialog; none when it was given up. */
  openCollections(): Promise<string[]>;
  /** Copies a file to where the system's dialog says; empty when it was given up. */
  exportCollection(path: string): Promise<string>;
  /** Removes a file of the data folder, or takes another off the list. */
  deleteCollection(path: string): Promise<void>;
  /** Keeps the value of a secret variable in the keychain; an empty value forgets it. */
  setVariable(path: string, name: string, value: string): Promise<void>;
  /** Starts a run and returns at once. */
  runCollection(input: core.CollectionRunInput): Promise<void>;
  collectionRun(run: string): Promise<core.CollectionRun>;
  stopCollection(run: string): Promise<void>;
}
