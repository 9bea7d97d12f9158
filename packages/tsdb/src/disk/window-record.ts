/** A sealed window as the table `windows` names it. */
export interface WindowRecord {
  readonly id: number
  /** The slice of time it stands for, [startMs, endMs). */
  readonly startMs: number
  readonly endMs: number
  /** Of two samples at one time the one from the window with the smaller number stays: it was there first. */
  readonly order: number
  /** Times of the oldest and the newest sample in it. */
  readonly minMs: number
  readonly maxMs: number
  readonly samples: number
  readonly chunks: number
  readonly bytes: number
  /** When it was written, by the store's clock. Windows written before this was noted have none. */
  readonly writtenMs?: number
  /** Absent: whole samples. Otherwise so much is left of them as steps/chunks.ts says. */
  readonly stepMs?: number
}

/** What belongs to one snapshot of the store: written in the transaction that changes it. */
export interface HeadRecord {
  /** Grows with each change of the list of windows. */
  readonly version: number
  /** Arenas up to this number are sealed, but for those in `arenas`. */
  readonly arenaMax: number
  readonly arenas: readonly number[]
  /** Samples before this time go to late arenas. */
  readonly sealedUntilMs: number
  readonly windowMax: number
  readonly orderMax: number
  /** The newest commit when this was written: nothing in a window is of a later one. */
  readonly commit?: number
}
