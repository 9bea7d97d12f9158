/** What the time is: the one place of this package that reads it, so that tests can move it. */
export interface Clock {
  /** Milliseconds since 1970. */
  readonly now: () => number
  /** Milliseconds that only ever grow, fractions included; for durations. */
  readonly monotonic: () => number
}

export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
}
