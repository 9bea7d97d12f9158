import { WeirError } from '@weir/model'
import { EVERYBODY, type Identity } from './identity.ts'
import type { Demand, Scope } from './scope.ts'

/** What of a request tells who asks; header names in lower case. */
export interface Credentials {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  /** The address that asks. */
  readonly clientIp: string
  /** The subject of a client certificate that was checked; '' without one. */
  readonly certificate: string
  /** All names in it. */
  readonly certificateNames?: readonly string[]
  /** Path and query, for the clients that say who they are there; absent where none can. */
  readonly url?: string
}

/** Decides who asks. The HTTP side, gRPC and WebSockets ask it once a request. */
export interface AccessControl {
  /** Whether anybody is asked who he is. */
  readonly isOn: boolean
  /**
   * Who asks; `NOBODY` when nothing was said.
   *
   * @throws {WeirError} `ACCESS_UNKNOWN` when what was said is wrong, `ACCESS_SLOWED` after too many wrong ones
   */
  identify(credentials: Credentials): Promise<Identity>
  /**
   * Who was identified before, with the scopes of today; undefined once its token was revoked or has
   * expired, or its user was taken out or has another password. Sessions ask it at each request.
   */
  renew(who: Pick<Identity, 'kind' | 'name' | 'tokenId' | 'mark'>): Identity | undefined
  /** What people may type in to say who they are. */
  ways(): { readonly token: boolean; readonly password: boolean }
}

/** As long as no access control is configured. */
export const OPEN_ACCESS: AccessControl = {
  isOn: false,
  identify: async () => EVERYBODY,
  renew: () => EVERYBODY,
  ways: () => ({ token: false, password: false }),
}

/** A refusal that names the scope which would have done. */
export class ScopeWantedError extends WeirError {
  readonly scope: Scope

  constructor(code: 'ACCESS_UNKNOWN' | 'ACCESS_DENIED', message: string, scope: Scope) {
    super(code, message)
    this.scope = scope
  }
}

/** @throws {ScopeWantedError} `ACCESS_UNKNOWN` when somebody must first say who he is, `ACCESS_DENIED` when he may not */
export function demand(who: Identity, wanted: Demand): void {
  if (wanted === 'open' || wanted === 'peer' || who.scopes.has(wanted)) return
  if (who.kind === 'anyone') {
    const why = `want a token with the scope ${wanted}, as "Authorization: Bearer …"`
    const message = `Cannot answer without knowing who asks: ${why}`
    throw new ScopeWantedError('ACCESS_UNKNOWN', message, wanted)
  }
  const message = `Cannot let ${JSON.stringify(who.name)} do this: want the scope ${wanted}, which it does not have`
  throw new ScopeWantedError('ACCESS_DENIED', message, wanted)
}
