import type { Clock } from '@weir/model'
import type { IntakeStatus } from '@weir/packs'
import { RecentRate } from '../../push/recent-rate.ts'

/** What the status page shows of a listener. */
export class SocketFigures {
  readonly #clock: Clock
  readonly #rate = new RecentRate()
  readonly #rejected = new Map<string, number>()
  #lines = 0
  #lastRejected: IntakeStatus['lastRejected'] = null

  constructor(clock: Clock) {
    this.#clock = clock
  }

  took(lines: number): void {
    this.#lines += lines
    this.#rate.add(lines, this.#clock.monotonicMs())
  }

  /** @param from who sent it, as far as that is known */
  refused(reason: string, from: string, count: number): void {
    this.#rejected.set(reason, (this.#rejected.get(reason) ?? 0) + count)
    this.#lastRejected = {
      line: from === '' ? '' : `from ${from}`,
      reason,
      atMs: this.#clock.now(),
    }
  }

  status(listener: { readonly kind: string; readonly address: string }): IntakeStatus {
    return {
      ...listener,
      linesPerSecond: this.#rate.perSecond(this.#clock.monotonicMs()),
      lines: this.#lines,
      rejected: Object.fromEntries(this.#rejected),
      lastRejected: this.#lastRejected,
    }
  }
}
