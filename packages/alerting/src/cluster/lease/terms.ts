/**
 * A lease that one Weir of several holds at a time, so that one does what must be done once: evaluating
 * the rules whose results all of them see.
 *
 * There is no leader who could be lost. Each Weir has one vote, and gives it away for a time. Who has the
 * votes of a majority holds the lease until the first of two moments: its own clock says that a little less
 * than that time is over since it *asked*; or it could not renew. A voter is bound a little longer than that
 * time, from when it *answered*. Two majorities share a voter, and that voter's word to the first is over
 * before it gives it to the second, so at no moment do two hold the lease:
 *
 * ```
 *   holder   ask ├────────── holds ─────────┤ 0.99 t
 *   voter       answer ├────────── bound ───────────┤ 1.01 t     then free for others
 * ```
 *
 * Clocks may say any time; they must not *run* differently by more than {@link DRIFT} (a quartz: 0.0001).
 * A machine that slept does not know by its monotonic clock: the holder looks at the wall clock too, and
 * what elapsed by either counts. A voter that was started anew does not trust its memory: for one whole
 * time it gives its word only to whom it was given before (it is on disk), and so it is safe even when the
 * disk came up empty.
 *
 * Each lease has a term, a number that only grows: what its holder did is newer than what was done in
 * earlier terms, whatever the clocks say.
 *
 * @see Gray, Cheriton: Leases (1989); Lamport: The Part-Time Parliament §3.3.2; Ongaro: Raft §6.4.1, §9.6 (asking before asking)
 */

/** By so much two clocks may run differently. */
export const DRIFT = 0.01

/** Bounds of the time of a lease. */
export const LEASE_MS = { min: 1000, max: 300_000 } as const

/** Who asks: another life of the same Weir is another one. */
export interface Candidate {
  readonly name: string
  readonly life: string
}

export interface LeaseRequest {
  /** `try`: would the vote be given? Changes nothing. `take`: it is asked for, or renewed. `free`: it is given back. */
  readonly step: 'try' | 'take' | 'free'
  readonly term: number
  readonly timeMs: number
}

export interface LeaseAnswer {
  readonly isGranted: boolean
  /** The highest that the voter has heard of. */
  readonly term: number
  /** Who has its vote; '' for nobody. */
  readonly holder: string
}
