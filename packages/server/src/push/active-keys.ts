import type { Clock } from '@weir/model'

/** A key counts as active for at least so long after it was last met, and at most twice as long. */
const TURN_MS = 30 * 60_000

/**
 * Which series or streams have been met lately: no more than a limit at one time, so that a sender who puts what is
 * different each time into labels fills neither memory nor disk with them.
 */
export class ActiveKeys<K> {
  readonly #max: number
  readonly #clock: Clock
  readonly #ended: (keys: Iterable<K>) => void
  #now = new Set<K>()
  #before = new Set<K>()
  #turnedMs: number
  #refusals = {}

  /** @param ended hears of keys that have not been met for long */
  constructor(max: number, clock: Clock, ended: (keys: Iterable<K>) => void = () => undefined) {
    this.#max = max
    this.#clock = clock
    this.#ended = ended
    this.#turnedMs = clock.monotonicMs()
  }

  get count(): number {
    this.#turn()
    return this.#now.size + this.#before.size
  }

  has(key: K): boolean {
    return this.#now.has(key) || this.#before.has(key)
  }

  /** Whether it may come; it counts as active from now on if so. */
  admit(key: K): boolean {
    this.#turn()
    if (this.#now.has(key)) return true
    const isKnown = this.#before.delete(key)
    if (!isKnown && this.#now.size + this.#before.size >= this.#max) return false
    this.#now.add(key)
    return true
  }

  /** It goes on, if it is active. */
  keep(key: K): void {
    this.#turn()
    if (this.#before.delete(key)) this.#now.add(key)
  }

  /** It has ended, and makes room for another. */
  forget(key: K): void {
    if (this.#now.delete(key) || this.#before.delete(key)) this.#refusals = {}
  }

  /** As long as it is the same object, what was refused would be so again. */
  get refusals(): object {
    this.#turn()
    return this.#refusals
  }

  #turn(): void {
    const nowMs = this.#clock.monotonicMs()
    if (nowMs - this.#turnedMs < TURN_MS) return
    const isLongAgo = nowMs - this.#turnedMs >= 2 * TURN_MS
    const [now, before] = [this.#now, this.#before]
    this.#turnedMs = nowMs
    this.#refusals = {}
    this.#before = isLongAgo ? new Set() : now
    this.#now = new Set()
    this.#ended(before)
    if (isLongAgo) this.#ended(now)
  }
}
