import { type Scope, SCOPES, scopesOf } from './scope.ts'

/** Who asks, as far as it is known. */
export interface Identity {
  /** How it is known; `anyone` while access is not asked for, or before somebody said who it is. */
  readonly kind: 'anyone' | 'token' | 'user' | 'certificate' | 'session'
  /** For the audit log and as author of changes; '' for `anyone`. */
  readonly name: string
  readonly scopes: ReadonlySet<Scope>
  /** Of tokens: which one, for its limits. */
  readonly tokenId?: string
  /** Of tokens: how many series they may send, where there is a limit. */
  readonly seriesMax?: number
  /** Of sessions: which one. */
  readonly sessionId?: string
  /** Of users: which password it was, so that a new one ends what was begun with the old; never the password or its hash. */
  readonly mark?: string
}

/** Where nobody is asked who he is: loopback without access control, and Weirs that say --insecure. */
export const EVERYBODY: Identity = { kind: 'anyone', name: '', scopes: scopesOf(SCOPES) }

/** Whoever did not say who he is, where that is asked. */
export const NOBODY: Identity = { kind: 'anyone', name: '', scopes: new Set() }
