import {
  type Appender,
  type NativeHistogram,
  Labels,
  STALE_MARKER,
  type SeriesRef,
} from '@weir/model'
import {
  OTLP_EXPONENTIAL,
  HAS_SUM,
  OTLP_HISTOGRAM,
  NO_VALUE,
  OTLP_GAUGE,
  OTLP_SUM,
  type OtlpBatch,
  type OtlpExemplar,
  OTLP_SUMMARY,
} from '@weir/wire'
import { type KnownMetric, type KnownSeries, metadataOf } from './known-series.ts'
import { customHistogram, exponentialHistogram, totalsOf } from './native-histogram.ts'

/** Hands the points of one request to the appender, and remembers which could not be. */
export class QueuedPoints {
  /** Points that became samples. */
  points = 0
  exemplars = 0
  readonly rejected = new Map<string, number>()
  rejectedPoints = 0
  /** One that was rejected, for a person. */
  example = ''
  readonly #known: KnownSeries
  readonly #appender: Appender

  constructor(known: KnownSeries, appender: Appender) {
    this.#known = known
    this.#appender = appender
  }

  /** Counts a point that is not kept. */
  reject(reason: string, series: number): void {
    this.rejected.set(reason, (this.rejected.get(reason) ?? 0) + 1)
    this.rejectedPoints++
    this.example ||= `${this.#known.tell(series)}: ${reason}`
  }

  /** Points whose key is negative were rejected before. */
  all(batch: OtlpBatch): void {
    const { keys, flags, length } = batch
    const known = this.#known
    const { reader } = known
    const numbers = known.column()
    const refs = new Uint32Array(length)
    let run = 0
    let metric = -1
    let place: KnownMetric | undefined
    let isNumber = false
    for (let i = 0; i < length; i++) {
      const series = keys[i]!
      if (series >= 0) {
        const of = reader.metricOf(series)
        if (of !== metric) {
          metric = of
          place = this.#described(of)
          isNumber = isNumberKind(place)
        }
        const ref = numbers[series]!
        if (isNumber && ref >= 0 && (flags[i]! & NO_VALUE) === 0) {
          refs[i] = ref
          continue
        }
      }
      this.#run(batch, refs, run, i)
      run = i + 1
      if (series >= 0) this.#point(batch, i, place!)
    }
    this.#run(batch, refs, run, length)
    this.#targetInfo(batch)
    for (const exemplar of batch.exemplars) this.#exemplar(batch, exemplar)
  }

  #described(metric: number): KnownMetric {
    const place = this.#known.metric(metric)
    if (!place.isDescribed && !place.isBad) {
      place.isDescribed = true
      this.#appender.describe(place.name, metadataOf(place.head))
    }
    return place
  }

  /** Queues the points `[from, to)`, which are numbers of known series: as a rule all of a request. */
  #run(batch: OtlpBatch, refs: Uint32Array, from: number, to: number): void {
    if (from === to) return
    const columns = {
      refs: refs.subarray(from, to),
      times: batch.times.subarray(from, to),
      values: batch.values.subarray(from, to),
    }
    this.#appender.appendColumns(columns, to - from)
    this.points += to - from
  }

  #point(batch: OtlpBatch, i: number, { head: { kind } }: KnownMetric): void {
    if (kind === OTLP_HISTOGRAM && !this.#known.translation.convert_histograms_to_nhcb) {
      this.#histogram(batch, i)
    } else if (kind === OTLP_SUMMARY) this.#summary(batch, i)
    else if (kind === OTLP_HISTOGRAM || kind === OTLP_EXPONENTIAL) this.#native(batch, i, kind)
    else this.#number(batch, i)
  }

  #number(batch: OtlpBatch, i: number): void {
    const ref = this.#known.name(batch.keys[i]!)
    if (ref < 0) {
      this.#refuse(batch, i, ref)
      return
    }
    const isOver = (batch.flags[i]! & NO_VALUE) !== 0
    const value = isOver ? STALE_MARKER : batch.values[i]!
    this.#appender.append(ref as SeriesRef, batch.times[i]!, value)
    this.points++
  }

  #histogram(batch: OtlpBatch, i: number): void {
    const lists = batch.lists[batch.details[i]!]!
    const { numbers } = batch
    const classic = this.#known.classic(batch.keys[i]!, lists, numbers)
    if (typeof classic === 'number') {
      this.#refuse(batch, i, classic)
      return
    }
    const appender = this.#appender
    const timeMs = batch.times[i]!
    const flags = batch.flags[i]!
    const isOver = (flags & NO_VALUE) !== 0
    const count = isOver ? STALE_MARKER : batch.counts[i]!
    if ((flags & HAS_SUM) !== 0) {
      appender.append(classic.sum, timeMs, isOver ? STALE_MARKER : batch.values[i]!)
    }
    appender.append(classic.count, timeMs, count)
    const { countsFrom, countsCount, boundsCount } = lists
    const told = Math.min(countsCount, boundsCount)
    let below = 0
    for (let b = 0; b < told; b++) {
      below += numbers[countsFrom + b]!
      appender.append(classic.bounds[b]!, timeMs, isOver ? STALE_MARKER : below)
    }
    appender.append(classic.bounds[boundsCount]!, timeMs, count)
    this.points++
  }

  #summary(batch: OtlpBatch, i: number): void {
    const lists = batch.lists[batch.details[i]!]!
    const { numbers } = batch
    const classic = this.#known.classic(batch.keys[i]!, lists, numbers)
    if (typeof classic === 'number') {
      this.#refuse(batch, i, classic)
      return
    }
    const appender = this.#appender
    const timeMs = batch.times[i]!
    const isOver = (batch.flags[i]! & NO_VALUE) !== 0
    appender.append(classic.sum, timeMs, isOver ? STALE_MARKER : batch.values[i]!)
    appender.append(classic.count, timeMs, isOver ? STALE_MARKER : batch.counts[i]!)
    for (let q = 0; q < lists.boundsCount; q++) {
      const value = isOver ? STALE_MARKER : numbers[lists.countsFrom + q]!
      appender.append(classic.bounds[q]!, timeMs, value)
    }
    this.points++
  }

  #native(
    batch: OtlpBatch,
    i: number,
    kind: typeof OTLP_HISTOGRAM | typeof OTLP_EXPONENTIAL,
  ): void {
    const series = batch.keys[i]!
    const ref = this.#known.name(series)
    const isOver = (batch.flags[i]! & NO_VALUE) !== 0
    const histogram = ref < 0 || isOver ? undefined : nativeOf(batch, i, kind)
    if (ref < 0) this.#refuse(batch, i, ref)
    else if (isOver) this.#appender.append(ref as SeriesRef, batch.times[i]!, STALE_MARKER)
    else if (histogram === undefined) this.reject('bad_histogram', series)
    else this.#appender.appendHistogram(ref as SeriesRef, batch.times[i]!, histogram)
    if (ref >= 0 && (isOver || histogram !== undefined)) this.points++
    else batch.keys[i] = -1
  }

  #refuse(batch: OtlpBatch, i: number, refused: number): void {
    this.reject(this.#known.reasonOf(refused), batch.keys[i]!)
    batch.keys[i] = -1
  }

  /** `target_info` of each resource, at the newest time of its points. */
  #targetInfo({ resources }: OtlpBatch): void {
    for (const { resource, timeMs } of resources) {
      const ref = timeMs === 0 ? -1 : this.#known.target(resource)
      if (ref >= 0) this.#appender.append(ref as SeriesRef, timeMs, 1)
    }
  }

  #exemplar(batch: OtlpBatch, { point, labels, value, timeMs }: OtlpExemplar): void {
    const series = batch.keys[point]!
    if (series < 0) return
    const known = this.#known
    const { kind } = known.metric(known.reader.metricOf(series)).head
    let ref: SeriesRef | undefined
    if (kind === OTLP_HISTOGRAM && !known.translation.convert_histograms_to_nhcb) {
      const lists = batch.lists[batch.details[point]!]!
      const classic = known.classic(series, lists, batch.numbers)
      ref = typeof classic === 'number' ? undefined : classic.bucketOf(value)
    } else ref = known.name(series) as SeriesRef
    if (ref === undefined) return
    this.exemplars++
    this.#appender.appendExemplar(ref, { labels: Labels.fromFlat(labels), value, timeMs })
  }
}

function isNumberKind({ head: { kind } }: KnownMetric): boolean {
  return kind === OTLP_GAUGE || kind === OTLP_SUM
}

function nativeOf(
  batch: OtlpBatch,
  i: number,
  kind: typeof OTLP_HISTOGRAM | typeof OTLP_EXPONENTIAL,
): NativeHistogram | undefined {
  const place = batch.details[i]!
  const totals = totalsOf(batch, i)
  if (kind === OTLP_HISTOGRAM) return customHistogram(batch.lists[place]!, totals, batch.numbers)
  return exponentialHistogram(batch.exponentials[place]!, totals, batch.numbers)
}
