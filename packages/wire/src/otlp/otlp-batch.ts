/** Kinds of metrics, as numbers of the field that holds their data points. */
export const OTLP_GAUGE = 5
export const OTLP_SUM = 7
export const OTLP_HISTOGRAM = 9
export const OTLP_EXPONENTIAL = 10
export const OTLP_SUMMARY = 11
export type OtlpKind =
  | typeof OTLP_GAUGE
  | typeof OTLP_SUM
  | typeof OTLP_HISTOGRAM
  | typeof OTLP_EXPONENTIAL
  | typeof OTLP_SUMMARY

/** Bits of {@link OtlpBatch.flags}. `NO_VALUE` is the sender's own: it says that the series has ended. */
export const NO_VALUE = 1
/** The point tells a sum; sums are optional in histograms. */
export const HAS_SUM = 2

/** Numbers that hang on a point: columns of {@link OtlpBatch.numbers}, each `from` and how many. */
export interface Lists {
  /** Upper bounds of a histogram, quantiles of a summary. */
  readonly boundsFrom: number
  readonly boundsCount: number
  /** Count in each bucket of a histogram, the value at each quantile of a summary. */
  readonly countsFrom: number
  readonly countsCount: number
}

/** Buckets of an exponential histogram: the first is number `offset`, in OTLP's counting. */
export interface ExponentialBuckets {
  readonly offset: number
  readonly from: number
  readonly count: number
}

/** What an exponential histogram has beyond count and sum. */
export interface Exponential {
  readonly scale: number
  readonly zeroCount: number
  readonly zeroThreshold: number
  readonly positive: ExponentialBuckets
  readonly negative: ExponentialBuckets
}

export interface OtlpExemplar {
  /** Point it belongs to. */
  readonly point: number
  /** `name, value, …`: trace and span first, then attributes while they are short enough. */
  readonly labels: readonly string[]
  readonly value: number
  readonly timeMs: number
}

/** Numbers of all points of one request: buckets, bounds, quantiles. */
const LISTED_NUMBERS_MAX = 1 << 24

/**
 * What an `ExportMetricsServiceRequest` says, as columns: data point `i` is of series `keys[i]`, a
 * number of the `OtlpReader`. Made to be reused; `clear` keeps the memory.
 */
export class OtlpBatch {
  length = 0
  keys = new Int32Array(1024)
  flags = new Uint8Array(1024)
  /** Milliseconds, cut off; and the nanoseconds that were. */
  times = new Float64Array(1024)
  timesNs = new Int32Array(1024)
  starts = new Float64Array(1024)
  startsNs = new Int32Array(1024)
  /** Value of a number; sum of the others. */
  values = new Float64Array(1024)
  /** The words of `values`, low one first: through them a NaN keeps its bits. */
  valueWords = new Int32Array(this.values.buffer)
  /** Count of a histogram or summary. */
  counts = new Float64Array(1024)
  /** Place in `lists` (histogram, summary) or `exponentials`. */
  details = new Int32Array(1024)
  readonly lists: Lists[] = []
  readonly exponentials: Exponential[] = []
  readonly exemplars: OtlpExemplar[] = []
  /** Resources that points came from, each with the newest of their times. */
  readonly resources: { readonly resource: number; readonly timeMs: number }[] = []
  numbers = new Float64Array(1024)
  numbersLength = 0
  /** Whether there were too many of those. */
  isOverlong = false
  /** Whether some points are increments, or follow each other in a way that is not told. */
  hasOtherThanCumulative = false
  /** How many samples all this makes: a histogram is one for each bucket and two more. */
  samples = 0
  readonly samplesMax: number

  /** @param samplesMax samples and exemplars that one request may make */
  constructor(samplesMax: number) {
    this.samplesMax = samplesMax
  }

  /** Asked before each object is made: a message of two bytes must not cost hundreds without end. */
  get isOverfull(): boolean {
    return this.samples + this.exemplars.length > this.samplesMax || this.isOverlong
  }

  clear(): void {
    this.length = 0
    this.lists.length = 0
    this.exponentials.length = 0
    this.exemplars.length = 0
    this.resources.length = 0
    this.numbersLength = 0
    this.isOverlong = false
    this.hasOtherThanCumulative = false
    this.samples = 0
  }

  /** Points from number `from` on are of one resource. */
  resource(resource: number, from: number): void {
    let timeMs = 0
    for (let i = from; i < this.length; i++) timeMs = Math.max(timeMs, this.times[i]!)
    this.resources.push({ resource, timeMs })
  }

  /** Makes room for one point more. */
  grow(): void {
    const capacity = this.keys.length * 2
    this.keys = grown(this.keys, new Int32Array(capacity))
    this.flags = grown(this.flags, new Uint8Array(capacity))
    this.times = grown(this.times, new Float64Array(capacity))
    this.timesNs = grown(this.timesNs, new Int32Array(capacity))
    this.starts = grown(this.starts, new Float64Array(capacity))
    this.startsNs = grown(this.startsNs, new Int32Array(capacity))
    this.values = grown(this.values, new Float64Array(capacity))
    this.valueWords = new Int32Array(this.values.buffer)
    this.counts = grown(this.counts, new Float64Array(capacity))
    this.details = grown(this.details, new Int32Array(capacity))
  }

  /** Makes room for so many {@link numbers} more; false when a request may not have so many. */
  reserve(count: number): boolean {
    const wanted = this.numbersLength + count
    if (wanted > LISTED_NUMBERS_MAX) this.isOverlong = true
    if (this.isOverlong) return false
    if (wanted > this.numbers.length) {
      this.numbers = grown(
        this.numbers,
        new Float64Array(Math.max(wanted, 2 * this.numbers.length)),
      )
    }
    return true
  }
}

function grown<A extends Float64Array | Int32Array | Uint8Array>(from: A, into: A): A {
  into.set(from)
  return into
}
