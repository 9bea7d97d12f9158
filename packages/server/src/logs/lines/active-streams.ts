import type { Clock, Labels } from '@weir/model'

/** A stream counts as active for at least so long after a line, and at most twice as long. */
const TURN_MS = 30 * 60_000

/**
 * Which streams have had lines lately: no more than a limit at one time, so that a sender who puts what
 * is different in each line into labels fills neither memory nor disk with streams.
 */
export class ActiveStreams {
  readonly #max: number
  readonly #clock: Clock
  #now = new Set<string>()
  #before = new Set<string>()
  #turnedMs: number

  constructor(max: number, clock: Clock) {
    this.#max = max
    this.#clock = clock
    this.#turnedMs = clock.monotonicMs()
  }

  get count(): number {
    this.#turn()
    return this.#now.size + this.#before.size
  }

  /** Whether a line of this stream may come; it counts as active from now on if so. */
  admit(labels: Labels): boolean {
    this.#turn()
    const key = labels.key()
    if (this.#now.has(key)) return true
    const isKnown = this.#before.delete(key)
    if (!isKnown && this.#now.size + this.#before.size >= this.#max) return false
    this.#now.add(key)
    return true
  }

  #turn(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#turnedMs < TURN_MS) return
    const isLongAgo = nowMs - this.#turnedMs >= 2 * TURN_MS
    this.#turnedMs = nowMs
    this.#before = isLongAgo ? new Set() : this.#now
    this.#now = new Set()
  }
}
