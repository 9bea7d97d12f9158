import {
  type Appender,
  type CommitResult,
  type FamilySample,
  type Labels,
  METRIC_NAME,
  type MetricFamily,
  STALE_MARKER,
  type SeriesRef,
} from '@weir/model'
import type { Aggregate } from './aggregate.ts'
import { type Family, metricType } from './families.ts'
import { sampleCount, sampleLabels } from './series-samples.ts'
import { showNumber, showStoredNumber } from './show-number.ts'
import { Spans } from './spans.ts'

/** So many series are read at a time; then the sockets get a turn. */
const SERIES_A_TURN = 2000

const NO_REFS = -1

/** Aggregates → samples: every series that exists, once a flush, in one commit. */
export class Flusher {
  readonly #aggregate: Aggregate
  readonly #appender: Appender
  /** Where the references of a series begin in `#refs`, {@link NO_REFS} before its first flush. */
  #refsFrom = new Int32Array(256).fill(NO_REFS)
  readonly #refs = new Spans()
  #described = new WeakSet<Family>()
  #values = new Float64Array(64)
  #flushedMs = -Infinity

  constructor(aggregate: Aggregate, appender: Appender) {
    this.#aggregate = aggregate
    this.#appender = appender
  }

  /**
   * Writes all series as of `nowMs`, ends those whose time to live is over with a stale marker, and
   * commits.
   *
   * @param keep keeps the aggregates; it is waited for before the commit, so that what is stored is never ahead
   * @throws {WeirError} when the commit fails: the samples are lost, the aggregates go on
   */
  async flush(nowMs: number, keep?: () => Promise<void>): Promise<CommitResult> {
    const aggregate = this.#aggregate
    aggregate.countSets()
    this.#appendTimed(nowMs)
    const gone: number[] = []
    for (let series = 0; series < aggregate.seriesEnd; series++) {
      if (series > 0 && series % SERIES_A_TURN === 0) await otherWork()
      if (!aggregate.isOpen(series)) continue
      const refs = this.#refsOf(series)
      if (aggregate.isOver(series, nowMs)) {
        gone.push(series)
        this.#end(series, refs, nowMs)
      } else if (aggregate.isLive(series)) {
        this.#append(series, refs, nowMs)
      }
    }
    // One that was sent again while others had their turn lives on; it is asked for its references anew.
    aggregate.close(gone.filter((series) => aggregate.isOver(series, nowMs)))
    this.#flushedMs = nowMs
    await keep?.()
    return this.#appender.commit()
  }

  /** Samples that lie between two flushes, before those of this flush: a series' times must ascend. */
  #appendTimed(nowMs: number): void {
    const aggregate = this.#aggregate
    aggregate.timed.drain(
      (series) => aggregate.value[series]!,
      (series) => (aggregate.isLive(series) ? [this.#flushedMs, nowMs] : [-Infinity, Infinity]),
      (series, timeMs, value) => {
        const ref = this.#refs.values[this.#refsOf(series)]! as SeriesRef
        this.#appender.append(ref, timeMs, value)
      },
    )
  }

  #append(series: number, refs: number, nowMs: number): void {
    const aggregate = this.#aggregate
    const want = sampleCount(aggregate.family[series]!)
    if (want > this.#values.length) this.#values = new Float64Array(want * 2)
    const length = aggregate.read(series, nowMs, this.#values)
    for (let i = 0; i < length; i++) {
      this.#appender.append(this.#refs.values[refs + i]! as SeriesRef, nowMs, this.#values[i]!)
    }
    const native = aggregate.readNative(series)
    if (native === undefined) return
    this.#appender.appendHistogram(this.#refs.values[refs + length]! as SeriesRef, nowMs, native)
  }

  #end(series: number, refs: number, nowMs: number): void {
    const length = sampleCount(this.#aggregate.family[series]!)
    for (let i = 0; i < length; i++) {
      const ref = this.#refs.values[refs + i]! as SeriesRef
      this.#appender.append(ref, nowMs, STALE_MARKER)
      this.#appender.release(ref)
    }
    this.#refs.close(refs, length)
    this.#refsFrom[series] = NO_REFS
  }

  /** The references of a series, asked for once. */
  #refsOf(series: number): number {
    if (series >= this.#refsFrom.length) this.#growRefs(series)
    const known = this.#refsFrom[series]!
    if (known !== NO_REFS) return known
    const family = this.#aggregate.family[series]!
    this.#describe(family)
    const labels = sampleLabels(family, this.#aggregate.labels[series]!, showStoredNumber)
    const from = this.#refs.open(labels.length)
    for (let i = 0; i < labels.length; i++) {
      this.#refs.values[from + i] = this.#appender.ref(labels[i]!)
    }
    this.#refsFrom[series] = from
    return from
  }

  #describe(family: Family): void {
    if (this.#described.has(family)) return
    this.#described.add(family)
    const { name, help, kind } = family
    this.#appender.describe(name, { type: metricType(kind), help, unit: '' })
  }

  #growRefs(series: number): void {
    const grown = new Int32Array(Math.max(series + 1, this.#refsFrom.length * 2)).fill(NO_REFS)
    grown.set(this.#refsFrom)
    this.#refsFrom = grown
  }
}

const otherWork = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** All series as an exposition page shows them, families by name. */
export function exposeFamilies(aggregate: Aggregate, nowMs: number): MetricFamily[] {
  const samples = new Map<Family, FamilySample[]>()
  let values = new Float64Array(64)
  for (let series = 0; series < aggregate.seriesEnd; series++) {
    if (!aggregate.isOpen(series) || aggregate.isOver(series, nowMs)) continue
    const family = aggregate.family[series]!
    const labels = sampleLabels(family, aggregate.labels[series]!, showNumber)
    if (labels.length > values.length) values = new Float64Array(labels.length * 2)
    const length = aggregate.read(series, nowMs, values)
    let list = samples.get(family)
    if (list === undefined) samples.set(family, (list = []))
    for (let i = 0; i < length; i++) list.push(toFamilySample(labels[i]!, values[i]!))
  }
  return [...samples]
    .map(([{ name, kind, help }, list]) => ({ name, type: metricType(kind), help, samples: list }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

const NAME_ONLY = new Set([METRIC_NAME])

function toFamilySample(labels: Labels, value: number): FamilySample {
  return { name: labels.metricName, labels: labels.without(NAME_ONLY), value }
}
