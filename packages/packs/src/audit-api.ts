/** Who did something: an {@link AuditEntry} names them. */
export interface AuditWho {
  /** How it is known; `anyone` where nobody is asked, `process` for Weir itself (start, stop, a signal). */
  readonly kind: 'anyone' | 'token' | 'user' | 'certificate' | 'session' | 'process'
  readonly name: string
  /** The address that asked; '' for Weir itself. */
  readonly address: string
}

/** One change, or one that was refused. */
export interface AuditEntry {
  /** Counts up by one from entry to entry, 15 digits. */
  readonly id: string
  readonly atMs: number
  readonly who: AuditWho
  /** `silence.set`, or `POST /path` of a route that gave it no name. */
  readonly action: string
  /** What was changed: an id, a name, a path. */
  readonly target: string
  readonly result: 'done' | 'refused'
  /** Why it was refused: a code of docs/errors.md, or a status; '' when done. */
  readonly code: string
  /** A few words more, such as `until`, `before`, `after`. Never a secret. */
  readonly details: Readonly<Record<string, string>>
  /** Refused entries that came just before this one and were only counted. */
  readonly uncounted?: number
  /** SHA-256 over the hash before it and this entry, in hex. */
  readonly hash: string
}

/** `GET /api/weir/v1/audit`: newest first. */
export interface AuditPage {
  readonly entries: readonly AuditEntry[]
  /** For `before` of the next page; '' when this is the last. */
  readonly next: string
  /** How many are kept. */
  readonly kept: number
  /** Whether each entry still carries the hash that it was given; looked at when Weir started. */
  readonly chain: AuditChain
}

/** `brokenAt`: the first entry that is not as it was written, or before which one is missing. */
export type AuditChain =
  | { readonly state: 'whole' }
  | { readonly state: 'broken'; readonly brokenAt: string }
