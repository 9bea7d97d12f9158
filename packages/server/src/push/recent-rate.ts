const SECONDS = 30

/** How much came within the last half minute, per second: a counter for each second, around a ring. */
export class RecentRate {
  readonly #counts = new Float64Array(SECONDS)
  #second = 0

  add(count: number, nowMs: number): void {
    this.#turn(nowMs)
    this.#counts[this.#second % SECONDS]! += count
  }

  perSecond(nowMs: number): number {
    this.#turn(nowMs)
    return this.#counts.reduce((sum, count) => sum + count, 0) / SECONDS
  }

  /** Empties the counters of the seconds since the last call. */
  #turn(nowMs: number): void {
    const now = Math.floor(nowMs / 1000)
    const from = Math.max(this.#second + 1, now - SECONDS + 1)
    for (let second = from; second <= now; second++) this.#counts[second % SECONDS] = 0
    this.#second = Math.max(this.#second, now)
  }
}
