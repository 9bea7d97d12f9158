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
    const { keys, length } = batch
    const known = this.#known
    const { reader } = known
    const refs = known.column()
    let metric = -1
    let place: KnownMetric | undefined
    for (let i = 0; i < length; i++) {
      const series = keys[i]!
      if (series < 0) continue
      const ref = refs[series]!
      const of = reader.metricOf(series)
      if (of !== metric) {
        metric = of
        place = known.metric(of)
        if (!place.isDescribed && !place.isBad) {
          place.isDescribed = true
          this.#appender.describe(place.name, metadataOf(place.head))
        }
      }
      const { kind } = place!.head
      if (kind === OTLP_HISTOGRAM && !known.translation.convert_histograms_to_nhcb) {
        this.#histogram(batch, i)
      } else if (kind === OTLP_SUMMARY) this.#summary(batch, i)
      else if (kind === OTLP_HISTOGRAM || kind === OTLP_EXPONENTIAL) this.#native(batch, i, kind)
      else this.#number(batch, i, ref)
    }
    this.#targetInfo(batch)
    for (const exemplar of batch.exemplars) this.#exemplar(batch, exemplar)
  }

  #number(batch: OtlpBatch, i: number, known: number): void {
    const series = batch.keys[i]!
    const ref = known >= 0 ? known : this.#known.name(series)
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
