import {
  CUSTOM_BUCKETS_SCHEMA,
  Labels,
  type NativeHistogram,
  STALE_MARKER,
  SampleColumns,
} from '@weir/model'
import type { TestSeries } from './prometheus.ts'
import type { Random } from './random.ts'

const SCRAPE_MS = 15_000
const NONE = new Float64Array()
const NO_SPANS = new Int32Array()

/** Counts that grow, and now and then begin anew: never near zero, where 3.5 extrapolates otherwise. */
class Counts {
  readonly #random: Random
  readonly counts: number[]

  constructor(random: Random, length: number) {
    this.#random = random
    this.counts = Array.from({ length }, () => 20_000 + random.below(20_000))
  }

  grow(): void {
    const random = this.#random
    const isReset = random.chance(0.02)
    for (let i = 0; i < this.counts.length; i++) {
      if (isReset) this.counts[i] = Math.floor(this.counts[i]! / 2)
      else if (random.chance(0.6)) this.counts[i]! += random.below(40)
    }
  }
}

type Shape = (random: Random) => () => NativeHistogram | number

function sumOf(counts: readonly number[]): number {
  return counts.reduce((sum, count) => sum + count, 0)
}

/** An integer counter with exponential buckets on both sides of zero or one. */
function exponential(schema: number, zeroThreshold: number, hasNegative: boolean): Shape {
  return (random) => {
    const positive = new Counts(random, 3 + random.below(4))
    const negative = new Counts(random, hasNegative ? 2 : 0)
    const zero = new Counts(random, 1)
    const offset = random.below(5) - 2
    const gap = random.below(3)
    return () => {
      for (const counts of [positive, negative, zero]) counts.grow()
      const first = Math.ceil(positive.counts.length / 2)
      const total = sumOf([...positive.counts, ...negative.counts, ...zero.counts])
      return {
        isFloat: false,
        resetHint: 'unknown',
        schema,
        zeroThreshold,
        zeroCount: zero.counts[0]!,
        count: total,
        // Never NaN: of such histograms a Prometheus takes quantiles from the wrong bucket.
        sum: total * 1.5,
        positiveSpans: Int32Array.of(offset, first, gap + 1, positive.counts.length - first),
        positive: Float64Array.from(positive.counts),
        negativeSpans: hasNegative ? Int32Array.of(1, 2) : NO_SPANS,
        negative: Float64Array.from(negative.counts),
        customValues: NONE,
      }
    }
  }
}

function custom(bounds: readonly number[]): Shape {
  return (random) => {
    const buckets = new Counts(random, bounds.length + 1)
    return () => {
      buckets.grow()
      const total = sumOf(buckets.counts)
      return {
        isFloat: true,
        resetHint: 'unknown',
        schema: CUSTOM_BUCKETS_SCHEMA,
        zeroThreshold: 0,
        zeroCount: 0,
        count: total,
        sum: total * 2,
        positiveSpans: Int32Array.of(0, bounds.length + 1),
        positive: Float64Array.from(buckets.counts),
        negativeSpans: NO_SPANS,
        negative: NONE,
        customValues: Float64Array.from(bounds),
      }
    }
  }
}

/** A gauge whose buckets come and go. */
function gauge(random: Random): () => NativeHistogram {
  return () => {
    const positive = Float64Array.from({ length: 4 }, () => random.below(50) / 4)
    const negative = Float64Array.from({ length: 3 }, () => random.below(50) / 4)
    const zeroCount = random.below(10)
    const total = sumOf([...positive, ...negative, zeroCount])
    return {
      isFloat: true,
      resetHint: 'gauge',
      schema: 1,
      zeroThreshold: 0.001,
      zeroCount,
      count: total,
      sum: random.next() * 100 - 20,
      positiveSpans: Int32Array.of(random.below(2), 4),
      positive,
      negativeSpans: Int32Array.of(0, 3),
      negative,
      customValues: NONE,
    }
  }
}

/** Numbers for some minutes, then histograms, and back. */
function mixed(random: Random): () => NativeHistogram | number {
  const histogram = exponential(1, 0.001, false)(random)
  let value = 0
  let isNumber = true
  return () => {
    if (random.chance(0.03)) isNumber = !isNumber
    const next = histogram()
    value += random.below(10)
    return isNumber ? value : next
  }
}

/** An hour of native histograms: counters and gauges, exponential and custom, with resets and gaps. */
export function randomHistograms(random: Random, startMs: number, lengthMs: number): TestSeries[] {
  const series: TestSeries[] = []
  const add = (labels: Record<string, string>, shape: Shape, ends = 0.01): void => {
    const next = shape(random)
    const columns = new SampleColumns()
    let silentUntilMs = 0
    for (let ms = random.below(5000); ms < lengthMs; ms += SCRAPE_MS) {
      const sample = next()
      const timeMs = startMs + ms
      if (random.chance(ends)) {
        columns.push(timeMs, STALE_MARKER)
        silentUntilMs = ms + random.below(600_000)
      } else if (ms >= silentUntilMs) {
        if (typeof sample === 'number') columns.push(timeMs, sample)
        else columns.pushHistogram(timeMs, sample)
      }
    }
    series.push({ labels: Labels.of(labels), columns })
  }
  for (const job of ['api', 'db']) {
    for (const instance of ['a', 'b']) {
      const schema = instance === 'a' ? 2 : 1
      add({ __name__: 'latency', job, instance }, exponential(schema, 0.001, false))
      add(
        { __name__: 'drift', job, instance },
        exponential(0, instance === 'a' ? 0.001 : 0.01, true),
      )
      add({ __name__: 'size', job, instance }, custom([1, 5, 10]))
      add({ __name__: 'load', job, instance }, gauge)
    }
    // Between samples of both kinds a Prometheus takes a stale marker for one of the wrong kind.
    add({ __name__: 'patched', job }, mixed, 0)
  }
  return series
}
