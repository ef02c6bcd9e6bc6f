/** A call whose app is to be opened: set where its result is shown, taken by the view of apps. */
export interface WantedApp {
  readonly profile: string;
  /** The arguments it was called with, JSON text, and the entry of its answer. */
  readonly args: string;
  readonly seq: number;
}

let wanted = $state.raw<WantedApp>();

export function wantApp(app: WantedApp): void {
  wanted = app;
}

/** The app that is wanted of a server, once. */
export function takeWanted(profile: string): WantedApp | undefined {
  const taken = wanted?.profile === profile ? wanted : undefined;
  if (taken) wanted = undefined;
  return taken;
}
