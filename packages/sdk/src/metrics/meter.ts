/**
 * The door between those who measure and those who keep: reporters, stages and hooks make their
 * instruments through a `Meter`. The registry of this package is one; `promClientMeter` and
 * `openTelemetryMeter` make one of a library that the application has already.
 */
export interface Meter {
  counter<L extends string = never>(options: MetricOptions<L>): Counter<L>
  gauge<L extends string = never>(options: MetricOptions<L>): Gauge<L>
  histogram<L extends string = never>(options: HistogramOptions<L>): Histogram<L>
  /**
   * Runs before the metrics are read: sets gauges whose value is only worth asking for then.
   * Returns what ends it.
   */
  onCollect(sampler: () => void): () => void
}

export interface MetricOptions<L extends string> {
  /** As Prometheus wants it; a counter's ends in `_total`. */
  readonly name: string
  readonly help: string
  readonly unit?: string
  readonly labels?: readonly L[]
  /** Series under this name; more are refused and counted. */
  readonly seriesMax?: number
}

export interface HistogramOptions<L extends string> extends MetricOptions<L> {
  /** Upper bounds, ascending, without +Inf. */
  readonly buckets: readonly number[]
}

/** Values for the labels that the metric declared; one that is left out is an absent label. */
export type Labels<L extends string> = { readonly [name in L]?: string | number }

/** None of these methods throws or waits: what cannot be counted is refused, and that is counted. */
export interface Counter<L extends string = never> {
  inc(by?: number, labels?: Labels<L>): void
}

export interface Gauge<L extends string = never> {
  set(value: number, labels?: Labels<L>): void
  add(by: number, labels?: Labels<L>): void
  /** Forgets a series: a partition that went to another consumer has no lag here. */
  remove(labels?: Labels<L>): void
}

export interface Histogram<L extends string = never> {
  observe(value: number, labels?: Labels<L>): void
}
