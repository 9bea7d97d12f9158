import { createHash } from 'node:crypto'
import {
  CUMULATIVE,
  DELTA,
  OTLP_EXPONENTIAL,
  OTLP_GAUGE,
  OTLP_HISTOGRAM,
  NO_VALUE,
  type OtlpBatch,
  type OtlpKind,
  OTLP_SUM,
  OTLP_SUMMARY,
} from '@weir/wire'
import { type DeltaKind, type DeltaStream, DeltaStreams } from './delta-streams.ts'
import type { KnownMetric, KnownSeries } from './known-series.ts'
import type { QueuedPoints } from './queue-points.ts'

/** Makes sums of the increments in a request, and remembers what came before. */
export class DeltaSums {
  readonly #streams: DeltaStreams
  /** By series of the generation whose it is; found again by identity in the next one. */
  #bySeries: (DeltaStream | undefined)[] = []
  #generation: KnownSeries | undefined

  constructor(limits: ConstructorParameters<typeof DeltaStreams>[0]) {
    this.#streams = new DeltaStreams(limits)
  }

  get size(): number {
    return this.#streams.size
  }

  unstored(touched: readonly DeltaStream[]): void {
    this.#streams.unstored(touched)
  }

  /**
   * Puts the sum in the place of each increment. Points that cannot be added, and those that follow each
   * other in no known way, are rejected: their key becomes negative.
   *
   * @returns the streams that were changed, for {@link unstored}
   */
  sum(
    batch: OtlpBatch,
    known: KnownSeries,
    queue: QueuedPoints,
    nowMs: number,
  ): readonly DeltaStream[] {
    const { keys, flags, length } = batch
    const { reader } = known
    this.#streams.begin(nowMs)
    if (!batch.hasOtherThanCumulative) return this.#streams.touched()
    if (known !== this.#generation) {
      this.#generation = known
      this.#bySeries = []
    }
    let last = -1
    let metric: KnownMetric | undefined
    for (let i = 0; i < length; i++) {
      const series = keys[i]!
      const of = reader.metricOf(series)
      if (of !== last) {
        last = of
        metric = known.metric(of)
      }
      const { kind, temporality } = metric!.head
      if (temporality === CUMULATIVE || kind === OTLP_GAUGE || kind === OTLP_SUMMARY) continue
      let refusal: string | undefined = 'bad_temporality'
      if (temporality === DELTA) {
        if ((flags[i]! & NO_VALUE) !== 0) continue
        const stream = this.#stream(series, metric!)
        refusal =
          stream === undefined
            ? 'delta_stream_limit'
            : this.#streams.take(stream, batch, i, nowMs, DELTA_KINDS[kind])
      }
      if (refusal === undefined) continue
      queue.reject(refusal, series)
      keys[i] = -1
    }
    return this.#streams.touched()
  }

  #stream(series: number, metric: KnownMetric): DeltaStream | undefined {
    const known = this.#bySeries[series]
    if (known !== undefined && !known.isForgotten) return known
    const stream = this.#streams.stream(identity(this.#generation!, series, metric))
    this.#bySeries[series] = stream
    return stream
  }
}

const DELTA_KINDS = {
  [OTLP_GAUGE]: 'number',
  [OTLP_SUM]: 'number',
  [OTLP_HISTOGRAM]: 'histogram',
  [OTLP_EXPONENTIAL]: 'exponential',
  [OTLP_SUMMARY]: 'number',
} as const satisfies Record<OtlpKind, DeltaKind>

/** What makes a stream, however its sender writes it: a digest, since texts of thousands of streams are large. */
function identity({ reader }: KnownSeries, series: number, { head }: KnownMetric): string {
  const scope = reader.scope(head.scope)
  const told = [
    ordered(reader.resource(scope.resource).pairs),
    [scope.name, scope.version, ...ordered(scope.attributes.pairs)],
    [head.name, head.unit, head.kind, head.isMonotonic],
    ordered(reader.attributes(series, head.kind).pairs),
  ]
  return createHash('sha256').update(JSON.stringify(told)).digest('base64')
}

function ordered(pairs: readonly string[]): string[] {
  const whole: string[] = []
  for (let i = 0; i < pairs.length; i += 2) whole.push(JSON.stringify([pairs[i], pairs[i + 1]]))
  return whole.sort()
}
