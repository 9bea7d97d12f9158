/**
 * The state between two flushes: what every series that came by StatsD is now.
 *
 * A series is a number, its state lies in columns under that number:
 *
 *     kind[]      counter · gauge · histogram · summary · set, or nothing
 *     value[]     counter, gauge: the value · histogram, summary: the sum
 *     count[]     histogram, summary: weight of all observations
 *     extra[]     histogram: where its buckets begin · summary: its digest · set: the last interval's count
 *
 * For a known line the way is: hash (made by the parser) → key → series → columns. Only a new key
 * makes strings: it is named, mapped and looked up by its labels. Observations that were sampled count as
 * `1 / rate`, which need not be whole.
 */
import { isDeepStrictEqual } from 'node:util'
import type { Labels, NativeHistogram } from '@weir/model'
import { COUNTER, type EventColumns, GAUGE, SET, TIMER, rejectIndex } from '@weir/wire'
import { Digests } from './digests.ts'
import { Families, type Family, type Kind } from './families.ts'
import {
  DROPPED,
  FORGOTTEN,
  KeyTable,
  REFUSED,
  TAGGED,
  TAG_ERRORS,
  type Treatment,
  UNMAPPED,
} from './key-table.ts'
import type { Mapped, Mapping } from './mapping.ts'
import { NativeHistograms } from './native-histograms.ts'
import { nameEvent } from './naming.ts'
import { hasNative } from './series-samples.ts'
import { RefusedSeries } from './refused-series.ts'
import { Spans } from './spans.ts'
import { TimedSamples } from './timed-samples.ts'

/** Columns hold kinds as numbers. */
const NONE = 0
const KIND_NUMBER = { counter: 1, gauge: 2, histogram: 3, summary: 4, set: 5 } as const
const KIND_COUNTER = 1
const KIND_GAUGE = 2
const KIND_HISTOGRAM = 3
const KIND_SUMMARY = 4

/** One sampled observation stands for no more than this many. */
const WEIGHT_MAX = 1_000_000

const NEGATIVE_COUNTER = rejectIndex('illegal_negative_counter')
const MALFORMED_VALUE = rejectIndex('malformed_value')
const SET_LIMIT = rejectIndex('set_limit')
const TIMED_LIMIT = rejectIndex('timed_limit')

export interface AggregateLimits {
  readonly maxSeriesPerMetric: number
  readonly maxSeries: number
  readonly maxSetMembers: number
}

/** What is known of a series beside its labels. */
export interface KeptSeries {
  readonly family: Family
  readonly ttlMs: number
  readonly lastMs: number
  readonly isLive: boolean
  readonly value: number
  readonly count: number
}

/** What went through, for the metrics page. */
class EventCounts {
  /** Events taken, by type: counter, gauge, observer, set. */
  readonly taken = new Float64Array(4)
  /** Events for whose name no rule was found. */
  unmapped = 0
  dropped = 0
  /** Events with tags. */
  tagged = 0
  tagErrors = 0
}

export class Aggregate {
  readonly counts = new EventCounts()
  readonly families = new Families()
  readonly digests = new Digests()
  readonly spans = new Spans()
  readonly natives = new NativeHistograms()
  readonly timed = new TimedSamples()
  /** Series refused for want of room. */
  readonly refused = new RefusedSeries()
  /** Series refused because their name is in use for something else. */
  readonly conflicts = new RefusedSeries()
  readonly keys: KeyTable

  seriesCount = 0
  /** Series numbers in use lie below this. */
  seriesEnd = 0
  value = new Float64Array(256)
  count = new Float64Array(256)
  extra = new Float64Array(256)
  readonly labels: (Labels | undefined)[] = []
  readonly family: (Family | undefined)[] = []

  #kind = new Uint8Array(256)
  /** 1 once an event without a time of its own came: the series is written at each flush. */
  #isLive = new Uint8Array(256)
  #lastMs = new Float64Array(256)
  #ttlMs = new Float64Array(256)
  readonly #members = new Map<number, Set<string>>()
  readonly #byLabels = new Map<string, number>()
  readonly #free: number[] = []
  #openings = 0
  readonly limits: AggregateLimits
  readonly #defaultTtlMs: number
  #mapping: Mapping

  constructor(options: {
    readonly mapping: Mapping
    readonly limits: AggregateLimits
    readonly defaultTtlMs: number
  }) {
    this.#mapping = options.mapping
    this.limits = options.limits
    this.#defaultTtlMs = options.defaultTtlMs
    this.keys = new KeyTable(options.limits.maxSeries + 65_536)
  }

  /** Names come to other series from now on; those that are there stay as they are. */
  remap(mapping: Mapping): void {
    this.#mapping = mapping
    this.keys.clear()
    for (const family of this.families.all()) family.isConfirmed = false
  }

  /** Takes the events of one packet. What is refused is added to the columns' rejects. */
  take(bytes: Uint8Array, events: EventColumns, nowMs: number): void {
    const { keys } = this
    for (let i = 0; i < events.length; i++) {
      let key = keys.find(events, i)
      if (key < 0) key = keys.add(events, i)
      if (keys.seriesOf(key) === FORGOTTEN) this.#resolve(key, bytes, events, i)
      const marks = keys.marksOf(key)
      if (marks !== 0) this.#count(marks)
      const series = keys.seriesOf(key)
      if (series >= 0) this.#apply(series, keys.treatmentOf(key), bytes, events, i, nowMs)
      else if (series === DROPPED) this.counts.dropped++
      else if (series !== FORGOTTEN) this.#reject(REFUSED - series, events, i)
    }
  }

  #count(marks: number): void {
    const { counts } = this
    counts.tagErrors += marks & TAG_ERRORS
    if ((marks & UNMAPPED) !== 0) counts.unmapped++
    if ((marks & TAGGED) !== 0) counts.tagged++
  }

  #apply(
    series: number,
    treatment: Treatment,
    bytes: Uint8Array,
    events: EventColumns,
    i: number,
    nowMs: number,
  ): void {
    const type = events.type[i]!
    const rate = events.rate[i]!
    let value = events.value[i]!
    if (type === TIMER) value /= events.meaning.timerUnitsPerSecond
    if (treatment.scale !== 1) value *= treatment.scale
    if (events.timeSeconds[i] !== 0) {
      if (this.#applyTimed(series, value, events, i)) this.#lastMs[series] = nowMs
      return
    }
    if (type === COUNTER) {
      if (rate !== 1) value /= rate
      if (value < 0) {
        this.#reject(NEGATIVE_COUNTER, events, i)
        return
      }
      this.value[series]! += value
      this.counts.taken[0]!++
    } else if (type === GAUGE) {
      if (this.#kind[series] === KIND_COUNTER) {
        if (!this.#setTotal(series, value, events, i)) return
      } else if (events.signed[i] === 1 && !(treatment.absolute ?? events.meaning.absoluteGauges)) {
        this.value[series]! += value
      } else this.value[series] = value
      this.counts.taken[1]!++
    } else if (type === SET) {
      if (!this.#addMember(series, bytes, events, i)) return
      this.counts.taken[3]!++
    } else {
      const weight = rate === 1 ? 1 : Math.min(1 / rate, WEIGHT_MAX)
      this.#observe(series, value, weight, nowMs)
      this.counts.taken[2]!++
    }
    this.#lastMs[series] = nowMs
    this.#isLive[series] = 1
  }

  /** A total that the sender counts itself; false when it is none. One that falls is a new beginning. */
  #setTotal(series: number, value: number, events: EventColumns, i: number): boolean {
    if (!(value >= 0)) {
      this.#reject(value < 0 ? NEGATIVE_COUNTER : MALFORMED_VALUE, events, i)
      return false
    }
    this.value[series] = value
    return true
  }

  /**
   * An event with a time of its own: it becomes a sample at that time, beside what is aggregated. A counter's
   * adds to the total as well. False when it is refused.
   */
  #applyTimed(series: number, given: number, events: EventColumns, i: number): boolean {
    const isCounter = events.type[i] === COUNTER
    const value = isCounter ? given / events.rate[i]! : given
    if (this.#kind[series] === KIND_COUNTER && !(value >= 0)) {
      this.#reject(value < 0 ? NEGATIVE_COUNTER : MALFORMED_VALUE, events, i)
      return false
    }
    if (!this.timed.add(series, events.timeSeconds[i]! * 1000, value, isCounter)) {
      this.#reject(TIMED_LIMIT, events, i)
      return false
    }
    if (isCounter) this.value[series]! += value
    // Nothing else comes for this series: what a page shows of it is its newest sample.
    else if (this.#isLive[series] === 0) this.value[series] = value
    this.counts.taken[isCounter ? 0 : 1]!++
    return true
  }

  #observe(series: number, value: number, weight: number, nowMs: number): void {
    this.value[series]! += value * weight
    this.count[series]! += weight
    const { observer } = this.family[series]!
    if (observer.kind === 'histogram') {
      const { buckets } = observer
      let low = 0
      let high = buckets.length
      while (low < high) {
        const middle = (low + high) >>> 1
        if (buckets[middle]! < value) low = middle + 1
        else high = middle
      }
      this.spans.values[this.extra[series]! + low]! += weight
      if (observer.native !== undefined) {
        this.natives.observe(series, value, weight, observer.native)
      }
    } else {
      const { maxAgeMs, ageBucketCount } = observer
      const age = Math.floor((nowMs * ageBucketCount) / maxAgeMs)
      this.digests.observe(this.extra[series]!, value, weight, age, ageBucketCount)
    }
  }

  /** False when the set is full. */
  #addMember(series: number, bytes: Uint8Array, events: EventColumns, i: number): boolean {
    let members = this.#members.get(series)
    if (members === undefined) this.#members.set(series, (members = new Set()))
    const span = bytes.subarray(events.valueFrom[i], events.valueTo[i])
    const member = Buffer.from(span.buffer, span.byteOffset, span.length).toString('latin1')
    if (members.size >= this.limits.maxSetMembers && !members.has(member)) {
      this.#reject(SET_LIMIT, events, i)
      return false
    }
    members.add(member)
    return true
  }

  #reject(reason: number, events: EventColumns, i: number): void {
    const end = Math.max(events.valueTo[i]!, events.tagsTo[i]!, events.containerTo[i]!)
    events.reject(reason, events.nameFrom[i]!, end)
  }

  /** Finds out what a new key stands for. */
  #resolve(key: number, bytes: Uint8Array, events: EventColumns, i: number): void {
    const naming = nameEvent(bytes, events, i, this.#mapping)
    const { keys } = this
    let marks = Math.min(naming.tagErrorCount, TAG_ERRORS)
    if (naming.isTagged) marks |= TAGGED
    if (naming.kind === 'refused') {
      keys.resolve(key, { series: REFUSED - rejectIndex(naming.reason), marks })
      return
    }
    if (naming.mapped.action === 'unmapped') marks |= UNMAPPED
    if (naming.kind === 'dropped') {
      keys.resolve(key, { series: DROPPED, marks })
      return
    }
    const treatment = { scale: naming.mapped.scale, absolute: naming.mapped.absolute }
    // A series does not begin with what it refuses; the next event of this key decides.
    if (naming.series === 'counter' && !(events.value[i]! * treatment.scale >= 0)) {
      keys.resolve(key, { series: FORGOTTEN, marks })
      this.#reject(events.value[i]! < 0 ? NEGATIVE_COUNTER : MALFORMED_VALUE, events, i)
      return
    }
    const series = this.#seriesOf(naming.labels, naming.series, naming.mapped)
    keys.resolve(key, { series, treatment, marks })
  }

  /** The series with these labels, made when it is new; or why it cannot be. */
  #seriesOf(labels: Labels, kind: Kind, mapped: Mapped): number {
    const rivals = this.families.rivals(mapped.name, kind)
    let family = this.families.get(mapped.name)
    // Buckets and quantiles are the family's: those that a rule had before the mapping changed give way too.
    if (family?.isConfirmed === false && !isDeepStrictEqual(family.observer, mapped.observer)) {
      rivals.push(family)
    }
    if (rivals.length > 0) {
      for (const rival of rivals) this.#giveWay(rival)
      this.conflicts.add(mapped.name, labels.toString())
      return REFUSED - rejectIndex('conflict')
    }
    if (family !== undefined) family.isConfirmed = true
    const known = this.#byLabels.get(labels.key())
    if (known !== undefined) {
      this.#ttlMs[known] = mapped.ttlMs === 0 ? this.#defaultTtlMs : mapped.ttlMs
      return known
    }
    if (
      this.seriesCount >= this.limits.maxSeries ||
      (family !== undefined && family.seriesCount >= this.limitOf(family))
    ) {
      this.refused.add(mapped.name, labels.toString())
      return REFUSED - rejectIndex('series_limit')
    }
    if (family === undefined) {
      const { name, help, observer, maxSeries } = mapped
      family = { name, kind, help, observer, maxSeries, seriesCount: 0, isConfirmed: true }
      this.families.add(family)
    }
    return this.#open(labels, family, mapped.ttlMs)
  }

  /**
   * Ends a metric of whose kind nothing was seen since the mapping changed or the process started, for one of its
   * name that is sent now. The next flush frees the name.
   */
  #giveWay(family: Family): void {
    if (family.isConfirmed) return
    family.isConfirmed = true // once is enough
    for (let series = 0; series < this.seriesEnd; series++) {
      if (this.family[series] !== family) continue
      this.#ttlMs[series] = 1
      this.#lastMs[series] = -Infinity
    }
  }

  /** Puts a series back that was kept over a restart; undefined when there is no room for it. */
  restore(labels: Labels, kept: KeptSeries): number | undefined {
    if (this.seriesCount >= this.limits.maxSeries || this.#byLabels.has(labels.key())) {
      return undefined
    }
    if (this.families.get(kept.family.name) === undefined) this.families.add(kept.family)
    const series = this.#open(labels, kept.family, kept.ttlMs)
    this.#ttlMs[series] = kept.ttlMs
    this.#lastMs[series] = kept.lastMs
    this.#isLive[series] = kept.isLive ? 1 : 0
    this.value[series] = kept.value
    this.count[series] = kept.count
    return series
  }

  /** How many series a metric may have. */
  limitOf(family: Family): number {
    return family.maxSeries ?? this.limits.maxSeriesPerMetric
  }

  /** Differs when anything may have changed since. */
  changeMark(): string {
    return `${this.counts.taken.join()},${this.seriesCount},${this.#openings}`
  }

  /** When a series was sent last. */
  lastMsOf(series: number): number {
    return this.#lastMs[series]!
  }

  ttlMsOf(series: number): number {
    return this.#ttlMs[series]!
  }

  #open(labels: Labels, family: Family, ttlMs: number): number {
    const series = this.#free.pop() ?? this.seriesEnd++
    if (series === this.value.length) this.#grow()
    family.seriesCount++
    this.seriesCount++
    this.#openings++
    this.labels[series] = labels
    this.family[series] = family
    this.#byLabels.set(labels.key(), series)
    this.#kind[series] = KIND_NUMBER[family.kind]
    this.#ttlMs[series] = ttlMs === 0 ? this.#defaultTtlMs : ttlMs
    this.#isLive[series] = 0
    this.value[series] = 0
    this.count[series] = 0
    this.extra[series] = 0
    if (family.kind === 'summary') this.extra[series] = this.digests.open()
    else if (family.observer.kind === 'histogram' && family.kind === 'histogram') {
      this.extra[series] = this.spans.open(family.observer.buckets.length + 1)
      if (family.observer.native !== undefined) this.natives.open(series, family.observer.native)
    }
    return series
  }

  /** Whether a series number is in use. */
  isOpen(series: number): boolean {
    return this.#kind[series] !== NONE
  }

  /** Whether a series has a sample at each flush, rather than only those with a time of their own. */
  isLive(series: number): boolean {
    return this.#isLive[series] === 1
  }

  /** Whether a series has not been sent for longer than it may. */
  isOver(series: number, nowMs: number): boolean {
    const ttlMs = this.#ttlMs[series]!
    return ttlMs > 0 && nowMs - this.#lastMs[series]! > ttlMs
  }

  /** Forgets series; their numbers will be used again. A series that returns begins at zero. */
  close(gone: readonly number[]): void {
    if (gone.length === 0) return
    for (const series of gone) {
      const family = this.family[series]!
      const { observer } = family
      if (family.kind === 'summary') this.digests.close(this.extra[series]!)
      else if (family.kind === 'histogram' && observer.kind === 'histogram') {
        this.spans.close(this.extra[series]!, observer.buckets.length + 1)
        this.natives.close(series)
      }
      this.#byLabels.delete(this.labels[series]!.key())
      this.#members.delete(series)
      this.timed.forget(series)
      this.#kind[series] = NONE
      this.labels[series] = undefined
      this.family[series] = undefined
      this.seriesCount--
      if (--family.seriesCount === 0) this.families.remove(family)
    }
    this.keys.forget((series) => this.#kind[series] === NONE)
    this.#free.push(...gone)
  }

  /** Ends the interval of the sets: their counts are what they show until the next. */
  countSets(): void {
    for (const [series, members] of this.#members) {
      this.value[series] = members.size
      members.clear()
    }
  }

  /**
   * The values of a series as its samples show them, into `into` from 0 on; their number. Counter, gauge, set: the
   * value. Summary: its quantiles, sum, count. Histogram: cumulative buckets with +Inf, sum, count; what is native
   * in it is told by {@link readNative}.
   */
  read(series: number, nowMs: number, into: Float64Array): number {
    const kind = this.#kind[series]!
    const sum = this.value[series]!
    if (kind === KIND_COUNTER || kind === KIND_GAUGE) {
      into[0] = sum
      return 1
    }
    const { observer } = this.family[series]!
    let length = 0
    if (kind === KIND_HISTOGRAM && observer.kind === 'histogram') {
      const from = this.extra[series]!
      let running = 0
      for (length = 0; length <= observer.buckets.length; length++) {
        running += this.spans.values[from + length]!
        into[length] = running
      }
    } else if (kind === KIND_SUMMARY && observer.kind === 'summary') {
      const { quantiles, maxAgeMs, ageBucketCount } = observer
      const age = Math.floor((nowMs * ageBucketCount) / maxAgeMs)
      length = quantiles.length
      const place = into.subarray(0, length)
      this.digests.quantiles(this.extra[series]!, quantiles, age, ageBucketCount, place)
    } else {
      into[0] = sum
      return 1
    }
    into[length] = sum
    into[length + 1] = this.count[series]!
    return length + 2
  }

  /** The native histogram of a series; undefined when it has none. */
  readNative(series: number): NativeHistogram | undefined {
    return hasNative(this.family[series]!)
      ? this.natives.read(series, this.count[series]!, this.value[series]!)
      : undefined
  }

  #grow(): void {
    const capacity = this.value.length * 2
    this.value = copied(this.value, new Float64Array(capacity))
    this.count = copied(this.count, new Float64Array(capacity))
    this.extra = copied(this.extra, new Float64Array(capacity))
    this.#kind = copied(this.#kind, new Uint8Array(capacity))
    this.#isLive = copied(this.#isLive, new Uint8Array(capacity))
    this.#lastMs = copied(this.#lastMs, new Float64Array(capacity))
    this.#ttlMs = copied(this.#ttlMs, new Float64Array(capacity))
  }
}

function copied<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from)
  return into
}
