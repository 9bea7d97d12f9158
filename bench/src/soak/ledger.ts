/** What was sent, and what of it was acknowledged, by minute: to be held against what Weir has at the end. */
export const WINDOW_MS = 60_000
const SLOW_MS = 1000

export interface Count {
  /** Sent, whatever came of it. */
  sent: number
  acknowledged: number
}

export class Ledger {
  /** By the end of the window, ms: a window holds what is later than its begin, up to its end. */
  readonly windows = new Map<number, Count>()
  /** Time to the answer of what was acknowledged while nothing was planted, ms. */
  readonly latencies: number[] = []
  /** When of these each that took long was sent, ms. */
  readonly slow: number[] = []
  /** Answers that were no acknowledgement, by status; 0: none came. */
  readonly refused = new Map<number, number>()

  sent(timeMs: number, count: number): void {
    this.#at(timeMs).sent += count
  }

  acknowledged(timeMs: number, count: number): void {
    this.#at(timeMs).acknowledged += count
  }

  took(sentMs: number, ms: number): void {
    this.latencies.push(ms)
    if (ms > SLOW_MS) this.slow.push(sentMs)
  }

  answeredOtherwise(status: number): void {
    this.refused.set(status, (this.refused.get(status) ?? 0) + 1)
  }

  get total(): Count {
    const all = { sent: 0, acknowledged: 0 }
    for (const { sent, acknowledged } of this.windows.values()) {
      all.sent += sent
      all.acknowledged += acknowledged
    }
    return all
  }

  #at(timeMs: number): Count {
    const endMs = Math.ceil(timeMs / WINDOW_MS) * WINDOW_MS
    let count = this.windows.get(endMs)
    if (count === undefined) {
      count = { sent: 0, acknowledged: 0 }
      this.windows.set(endMs, count)
    }
    return count
  }
}
