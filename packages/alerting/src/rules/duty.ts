/** Whose turn it is to evaluate, where one Weir of several does. */
export interface Duty {
  /** Whether this one may evaluate, write and tell at this very moment. */
  readonly isOnDuty: boolean
  readonly term: number
  /** The state of a group was written to disk. */
  kept(key: string): void
}
