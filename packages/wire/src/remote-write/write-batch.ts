import type { MetricMetadata, NativeHistogram } from '@weir/model'

/** A histogram of series `series` (a number of `KnownSeries`). */
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

interface BatchMark {
  readonly samples: number
  readonly histograms: number
  readonly exemplars: number
  readonly badHistograms: number
}

/**
 * What a request of remote write says, as columns: sample `i` belongs to series `series[i]` (a
 * number of `KnownSeries`). Made to be reused; `clear` keeps the memory.
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
  /** Series of 2.0 that came with neither samples nor histograms, which its rules forbid. */
  emptySeries = 0
  /** Histograms that contradict themselves, and what was wrong with the first. */
  badHistograms = 0
  badHistogram: { readonly series: number; readonly why: string } | undefined

  readonly #samplesMax: number

  /** @param samplesMax samples, histograms and exemplars that one request may have */
  constructor(samplesMax: number) {
    this.#samplesMax = samplesMax
  }

  get isOverfull(): boolean {
    return this.length + this.histograms.length + this.exemplars.length > this.#samplesMax
  }

  clear(): void {
    this.length = 0
    this.histograms.length = 0
    this.exemplars.length = 0
    this.metadata.length = 0
    this.emptySeries = 0
    this.badHistograms = 0
    this.badHistogram = undefined
  }

  /** A state to which {@link rewind} leads back. */
  mark(): BatchMark {
    return {
      samples: this.length,
      histograms: this.histograms.length,
      exemplars: this.exemplars.length,
      badHistograms: this.badHistograms,
    }
  }

  rewind(mark: BatchMark): void {
    this.length = mark.samples
    this.histograms.length = mark.histograms
    this.exemplars.length = mark.exemplars
    this.badHistograms = mark.badHistograms
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

/** Queues a number that did not come as one: the end of a histogram. */
export function appendNumber(
  batch: WriteBatch,
  sample: { readonly series: number; readonly timeMs: number; readonly value: number },
): void {
  const i = batch.length
  if (i === batch.series.length) batch.grow()
  batch.series[i] = sample.series
  batch.times[i] = sample.timeMs
  batch.values[i] = sample.value
  batch.length = i + 1
}
