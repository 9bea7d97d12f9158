import { type Appender, type Labels, STALE_MARKER, type SeriesRef, WeirError } from '@weir/model'
import type { AlertingEvents } from '../telemetry.ts'
import type { Duty } from './duty.ts'
import type { QuerySample } from './source.ts'

interface Tracked {
  readonly labels: Labels
  readonly ref: SeriesRef
}

/** Writes the series of one rule, and ends those that were there last time and no longer are. */
export class SeriesTracker {
  #last = new Map<string, Tracked>()
  readonly #appender: Appender
  readonly #events: AlertingEvents
  readonly #duty: Pick<Duty, 'isOnDuty'> | undefined

  constructor(appender: Appender, events: AlertingEvents, duty?: Pick<Duty, 'isOnDuty'>) {
    this.#appender = appender
    this.#events = events
    this.#duty = duty
  }

  /** Whether nothing was there last time. */
  get isEmpty(): boolean {
    return this.#last.size === 0
  }

  /** Series that an earlier life of this rule wrote. */
  seed(all: Iterable<Labels>): void {
    for (const labels of all) {
      this.#last.set(labels.key(), { labels, ref: this.#appender.ref(labels) })
    }
  }

  /** Lets go of all, without an end: somebody else writes them. */
  drop(): void {
    for (const { ref } of this.#last.values()) this.#appender.release(ref)
    this.#last = new Map()
  }

  labels(): Labels[] {
    return [...this.#last.values()].map(({ labels }) => labels)
  }

  /**
   * Writes samples, which must have labels of their own each, and commits.
   *
   * @throws {WeirError} `RULE_FAILED` when another Weir may be evaluating by now: its answer may have taken
   * longer than the lease lasts, or this process stood still
   */
  async write(samples: readonly QuerySample[], timeMs: number): Promise<void> {
    if (this.#duty?.isOnDuty === false) {
      throw new WeirError('RULE_FAILED', 'the lease ended before its result could be written')
    }
    const now = new Map<string, Tracked>()
    for (const { labels, value, histogram } of samples) {
      const key = labels.key()
      const tracked = this.#last.get(key) ?? { labels, ref: this.#appender.ref(labels) }
      const { ref } = tracked
      now.set(key, tracked)
      if (histogram === undefined) this.#appender.append(ref, timeMs, value)
      else this.#appender.appendHistogram(ref, timeMs, histogram)
    }
    let ended = 0
    for (const [key, { ref }] of this.#last) {
      if (now.has(key)) continue
      this.#appender.append(ref, timeMs, STALE_MARKER)
      this.#appender.release(ref)
      ended++
    }
    this.#last = now
    if (samples.length + ended === 0) return
    const { rejected } = await this.#appender.commit()
    for (const [reason, count] of Object.entries(rejected)) {
      this.#events.samplesRejected(reason, count)
    }
  }
}
