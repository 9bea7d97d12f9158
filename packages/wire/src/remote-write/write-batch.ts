import type { MetricMetadata, NativeHistogram } from '@weir/model'

/** A histogram of series `series`, a number of the `WriteReader`. */
export interface WrittenHistogram {
  readonly series: number
  readonly timeMs: number
  readonly histogram: NativeHistogram
}

export interface WrittenExemplar {
  readonly series: number
  /** `name, value, …` as the sender wrote them. */
  readonly labels: readonly string[]
  readonly value: number
  readonly timeMs: number
}

/** Why a request cannot be taken at all. */
export type WriteFault = 'malformed' | 'too_many_samples'

/**
 * Why a series of 2.0 is not taken: it names symbols which are not there; it came with neither
 * samples nor histograms.
 */
export type WriteRefusal = 'bad_symbols' | 'empty_series'

/** How often, and the first one. */
export interface Refused {
  count: number
  readonly series: number
  readonly why: string
}

/**
 * What a request of remote write says, as columns: sample `i` belongs to series `series[i]`, a
 * number of the `WriteReader`. Made to be reused; `clear` keeps the memory.
 */
export class WriteBatch {
  length = 0
  series = new Int32Array(1024)
  times = new Float64Array(1024)
  values = new Float64Array(1024)
  /** The words of `values`, low one first: through them a NaN keeps its bits. */
  valueWords = new Int32Array(this.values.buffer)
  readonly histograms: WrittenHistogram[] = []
  readonly exemplars: WrittenExemplar[] = []
  readonly metadata: (readonly [name: string, metadata: MetricMetadata])[] = []
  /** What was refused already while reading. */
  readonly refused = new Map<WriteRefusal, Refused>()

  readonly samplesMax: number

  /** @param samplesMax samples, histograms and exemplars that one request may have; and descriptions of metrics */
  constructor(samplesMax: number) {
    this.samplesMax = samplesMax
  }

  /** Asked before each object is made: a message of two bytes must not cost hundreds without end. */
  get isOverfull(): boolean {
    const { samplesMax } = this
    return (
      this.length + this.histograms.length + this.exemplars.length > samplesMax ||
      this.metadata.length > samplesMax
    )
  }

  clear(): void {
    this.length = 0
    this.histograms.length = 0
    this.exemplars.length = 0
    this.metadata.length = 0
    this.refused.clear()
  }

  /** Counts something refused; `series` is -1 when it has none that could be named. */
  refuse(reason: WriteRefusal, series: number, why: string): void {
    const known = this.refused.get(reason)
    if (known === undefined) this.refused.set(reason, { count: 1, series, why })
    else known.count++
  }

  /** Takes back what came after these counts. */
  rewind(to: {
    readonly samples: number
    readonly histograms: number
    readonly exemplars: number
  }): void {
    this.length = to.samples
    this.histograms.length = to.histograms
    this.exemplars.length = to.exemplars
  }

  /** Puts sample `from` in place of sample `to`, bit by bit. */
  move(from: number, to: number): void {
    this.series[to] = this.series[from]!
    this.times[to] = this.times[from]!
    this.valueWords[2 * to] = this.valueWords[2 * from]!
    this.valueWords[2 * to + 1] = this.valueWords[2 * from + 1]!
  }

  /** Makes room for one sample more. */
  grow(): void {
    const capacity = this.series.length * 2
    const series = new Int32Array(capacity)
    const times = new Float64Array(capacity)
    const values = new Float64Array(capacity)
    series.set(this.series)
    times.set(this.times)
    values.set(this.values)
    this.series = series
    this.times = times
    this.values = values
    this.valueWords = new Int32Array(values.buffer)
  }
}
