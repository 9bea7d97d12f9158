/**
 * What outputs read: the metrics of a moment as plain values. Anything that can tell its metrics in
 * this shape can be sent: the registry of this package, prom-client's, several together.
 */
export interface MetricFamily {
  readonly name: string
  readonly help: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  /** `ms`, `s`, `bytes`, `records` …; empty when there is none. */
  readonly unit: string
  /** A histogram whose source tells every observation to those that `watch`. */
  readonly isWatched?: boolean
  readonly series: readonly Series[]
}

/** Label names and values, in the order in which the metric declared them. */
export type LabelPairs = readonly (readonly [name: string, value: string])[]

export type Series = NumberSeries | HistogramSeries

export interface NumberSeries {
  readonly labels: LabelPairs
  readonly value: number
}

export interface HistogramSeries {
  readonly labels: LabelPairs
  readonly histogram: HistogramValue
}

export interface HistogramValue {
  /** Upper bounds, ascending, without +Inf. */
  readonly bounds: readonly number[]
  /** Observations of each bucket alone (not added up); one more than bounds: the last is +Inf. */
  readonly counts: readonly number[]
  readonly sum: number
  readonly count: number
}

export interface MetricSource {
  /** The metrics as they are now. A source that has to ask others may take a moment. */
  collect(): readonly MetricFamily[] | Promise<readonly MetricFamily[]>
  /**
   * Tells every observation of a histogram as it is made, until the returned function is called.
   * Sources that cannot leave it out; StatsD then sends their histograms as sums and counts.
   */
  watch?(listener: ObservationListener): () => void
}

export type ObservationListener = (
  metric: { readonly name: string; readonly unit: string },
  labels: LabelPairs,
  value: number,
) => void

/** Several sources as one: what a registry has, and what prom-client has beside it. */
export function combineSources(...sources: readonly MetricSource[]): MetricSource {
  return {
    collect: async () =>
      (await Promise.all(sources.map(async (source) => source.collect()))).flat(),
    watch: (listener) => {
      const stops = sources.map((source) => source.watch?.(listener))
      return () => {
        for (const stop of stops) stop?.()
      }
    },
  }
}
