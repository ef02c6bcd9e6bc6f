import { getContext, setContext } from 'svelte';

/** The version that the server on screen is spoken to in: what tells of another one offers it. */
export interface Versions {
  /** Empty before a connect succeeded. */
  readonly current: string;
  /** Keeps a version in the server's settings and connects with it. */
  choose(version: string): void;
}

const key = Symbol('versions');

export function provideVersions(versions: Versions): void {
  setContext(key, versions);
}

/** What provideVersions gives, for a part that is mounted by itself. */
export function versionsContext(versions: Versions): Map<symbol, Versions> {
  return new Map([[key, versions]]);
}

/** Undefined where there is no server around. */
export function useVersions(): Versions | undefined {
  return getContext<Versions | undefined>(key);
}
