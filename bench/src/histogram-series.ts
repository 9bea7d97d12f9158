import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from '@weir/model'

/** Native histograms as pipelines make them. */
export const HISTOGRAM_KINDS = ['busy', 'idle', 'bounds'] as const
export type HistogramKind = (typeof HISTOGRAM_KINDS)[number]

/** Bounds of the default classic histogram of many clients. */
const BOUNDS = Float64Array.of(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)
/** Eight buckets to a doubling: neighbours are 9 % apart. */
const SCHEMA = 3

let seed = 7

function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0
  return (seed + 1) / 2 ** 32
}

/** Seconds: most near a tenth, some of them ten times as long. */
function latency(): number {
  const normal = Math.sqrt(-2 * Math.log(random())) * Math.cos(2 * Math.PI * random())
  return 0.1 * Math.exp(0.8 * normal)
}

/**
 * One latency histogram that is measured again and again: `busy` sees 0 to 39 observations a step and
 * has exponential buckets, `idle` one in three steps; `bounds` is as busy and has eleven bounds.
 */
export class GrowingHistogram {
  readonly #kind: HistogramKind
  readonly #counts = new Map<number, number>()
  #count = 0
  #sum = 0

  constructor(kind: HistogramKind) {
    this.#kind = kind
  }

  step(): NativeHistogram {
    const isIdle = this.#kind === 'idle'
    const observations = isIdle ? (random() < 1 / 3 ? 1 : 0) : Math.floor(random() * 40)
    for (let i = 0; i < observations; i++) this.#observe(latency())
    const buckets = [...this.#counts].sort((a, b) => a[0] - b[0])
    const spans: number[] = []
    let end = 0
    for (const [bucket] of buckets) {
      if (spans.length === 0 || bucket !== end) spans.push(bucket - end, 0)
      spans[spans.length - 1]!++
      end = bucket + 1
    }
    const hasBounds = this.#kind === 'bounds'
    return {
      isFloat: false,
      resetHint: 'unknown',
      schema: hasBounds ? CUSTOM_BUCKETS_SCHEMA : SCHEMA,
      zeroThreshold: hasBounds ? 0 : 2 ** -128,
      zeroCount: 0,
      count: this.#count,
      sum: this.#sum,
      positiveSpans: Int32Array.from(spans),
      positive: Float64Array.from(buckets, ([, count]) => count),
      negativeSpans: new Int32Array(0),
      negative: new Float64Array(0),
      customValues: hasBounds ? BOUNDS : new Float64Array(0),
    }
  }

  #observe(seconds: number): void {
    const above = BOUNDS.findIndex((bound) => seconds <= bound)
    const custom = above < 0 ? BOUNDS.length : above
    const bucket = this.#kind === 'bounds' ? custom : Math.ceil(Math.log2(seconds) * 2 ** SCHEMA)
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + 1)
    this.#count++
    this.#sum += seconds
  }
}
