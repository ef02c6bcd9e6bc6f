/** What of an identity is said where, as app/core tells it. */
interface IdentityFacts {
  id: string;
  name: string;
  client: string;
  issuer: string;
  grant: string;
  kind: string;
  claims?: { payload: string };
}

/** Claims that name a person or a program, the friendliest first. */
const naming = ['name', 'preferred_username', 'email', 'sub', 'client_id'] as const;

/** How an identity is called: as the user named it, else as its claims do. */
export function identityName(identity: IdentityFacts): string {
  return identity.name || claimedName(identity) || `Token of ${hostOf(identity.issuer)}`;
}

/** The name in the claims; empty when there is none. */
export function claimedName(identity: IdentityFacts): string {
  try {
    const claims: unknown = JSON.parse(identity.claims?.payload ?? '');
    if (typeof claims !== 'object' || claims === null) return '';
    for (const name of naming) {
      const value = (claims as Record<string, unknown>)[name];
      if (typeof value === 'string' && value.trim() !== '') return value.slice(0, 80);
    }
  } catch {
    // An opaque token has no claims.
  }
  return '';
}

function hostOf(url: string): string {
  try {
    return new URL(url).host;
  } catch {
    return url || 'an unnamed issuer';
  }
}

const grants: Readonly<Record<string, string>> = {
  '': 'in the browser',
  client_credentials: 'client credentials',
  enterprise: 'enterprise-managed',
  workload: 'workload identity',
};

export function grantName(grant: string): string {
  return grants[grant] ?? grant;
}

const kinds: Readonly<Record<string, string>> = {
  registered: 'pre-registered',
  metadata: 'client ID metadata document',
  dynamic: 'registered dynamically',
};

export function clientKindName(kind: string): string {
  return kinds[kind] ?? kind;
}
