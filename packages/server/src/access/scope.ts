/** What a caller may do. `write` can read too, `admin` can do all; `ingest` only sends. */
export const SCOPES = ['ingest', 'read', 'write', 'admin'] as const
export type Scope = (typeof SCOPES)[number]

/** What comes with a scope beside itself. */
const WITH: Readonly<Record<Scope, readonly Scope[]>> = {
  ingest: [],
  read: [],
  write: ['read'],
  admin: ['ingest', 'read', 'write'],
}

/** Scopes as given, with all that comes with them. */
export function scopesOf(given: Iterable<Scope>): ReadonlySet<Scope> {
  return new Set([...given].flatMap((scope) => [scope, ...WITH[scope]]))
}

/**
 * What a route asks of its callers:
 *
 * - a scope
 * - `open`: nothing; what it tells is no secret (is it alive?), or it is how people say who they are
 * - `peer`: nothing here; the route looks at a signature itself
 */
export type Demand = Scope | 'open' | 'peer'
