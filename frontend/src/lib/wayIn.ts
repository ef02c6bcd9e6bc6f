/** What of a server says whether it can be signed in to; see profile.Profile. */
interface Reached {
  transport: string;
  headers?: readonly { name: string }[];
  auth?: { grant?: string };
}

/** Whether the user gave an Authorization header, which wins over any token. */
export function pinned(server: Reached): boolean {
  return server.headers?.some((h) => h.name.toLowerCase() === 'authorization') ?? false;
}

/** Why a server is not signed in to, as core.whyNoSignIn decides; empty when it is. */
export function whyNoSignIn(server: Reached): string {
  if (server.transport === 'stdio') return 'A stdio server has no sign-in: give it its credentials as variables.';
  if (server.auth?.grant === 'none')
    return 'This server is set to “headers only”: choose another way in under Edit to sign in.';
  if (pinned(server))
    return 'This server is sent the Authorization header of its settings: remove that header under Edit to sign in.';
  return '';
}
