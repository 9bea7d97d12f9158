import type { Expr } from './ast.ts'
import type { Clock, Labels, Matcher, NativeHistogram } from '@weir/model'
import type { Team } from './execute/split.ts'

/** One series of a range answer: sample `i` is `times[i]` (ms) and `values[i]`. Series may share `times`: do not write to it. */
export interface MatrixSeries {
  readonly labels: Labels
  readonly times: Float64Array
  readonly values: Float64Array
  /** Absent while every sample is a number; otherwise sample `i` is `histograms[i]` where that is defined. */
  readonly histograms?: Histograms
}

/**
 * The native histograms of a column of samples: where one is defined, it is the sample, and the
 * number beside it is NaN and means nothing. Undefined as a whole while every sample is a number.
 */
export type Histograms = readonly (NativeHistogram | undefined)[] | undefined

export interface VectorSample {
  readonly labels: Labels
  readonly timeMs: number
  readonly value: number
  /** The sample, when it is a native histogram; `value` is NaN then. */
  readonly histogram?: NativeHistogram | undefined
}

/** What a query yields. A range query always yields a matrix. */
export type QueryValue =
  | { readonly kind: 'matrix'; readonly series: readonly MatrixSeries[] }
  | { readonly kind: 'vector'; readonly series: readonly VectorSample[] }
  | { readonly kind: 'scalar'; readonly timeMs: number; readonly value: number }
  | { readonly kind: 'string'; readonly timeMs: number; readonly value: string }

export interface QueryStats {
  /** Samples decoded from the store, each time that a selector read it. */
  readonly samplesRead: number
  readonly seriesRead: number
  /** Most samples held in memory at once, steps of intermediate results counted. */
  readonly peakSamples: number
  /** About how many bytes were held at most: samples, series and labels that the query made. */
  readonly peakBytes: number
  /** Parts that other threads did. */
  readonly partsHelped: number
  /**
   * Samples that each step looked at, a sample once for each step that it was in the window of:
   * what Prometheus sums up as `totalQueryableSamples`. Empty unless {@link QueryOptions.countSteps}.
   */
  readonly samplesQueried: Float64Array
  /** Milliseconds: parsing and opening the store, evaluating, putting series in order. */
  readonly preparedMs: number
  readonly evaluatedMs: number
  readonly sortedMs: number
}

export interface QueryResult {
  readonly value: QueryValue
  /** Sentences with prefix `PromQL warning: ` and position, as Prometheus sends them; unique, in order of appearance. */
  readonly warnings: readonly string[]
  /** The same with prefix `PromQL info: `. */
  readonly infos: readonly string[]
  readonly stats: QueryStats
}

/** Series that one of the selectors chooses have a lookback of their own. */
export interface LookbackRule {
  readonly selectors: readonly (readonly Matcher[])[]
  readonly lookbackMs: number
}

export interface QueryOptions {
  /** How far an instant selector reaches back for a sample, 5 minutes unless told. */
  readonly lookbackMs?: number
  /** The first rule that chooses a series says how far instead. None unless told. */
  readonly lookbackRules?: readonly LookbackRule[]
  /**
   * Counters that begin at zero, by selectors: `rate` and `increase` count their first value too, when
   * the series begins inside the range. None unless told, as in Prometheus.
   */
  readonly countFirstValue?: readonly (readonly Matcher[])[]
  /** Most samples held in memory at once, 50,000,000 unless told. */
  readonly maxSamples?: number
  /** About how many bytes may be held at once, 1 GiB unless told. */
  readonly maxBytes?: number
  /** Whether to count the samples that each step looks at. */
  readonly countSteps?: boolean
  /** Step of sub-queries that name none (`x[5m:]`), 1 minute unless told. */
  readonly defaultSubqueryStepMs?: number
  /** Feature flags that are on, by Prometheus's names. */
  readonly features?: ReadonlySet<string>
  /** Reads expressions, for callers that keep what they have read; as `parseExpr` with the features. */
  readonly parse?: (text: string) => Expr
  /** Threads that help with aggregations over many series, if there are any. */
  readonly team?: Team
  /** Asked once for every few series; true stops the query with `QUERY_CANCELED`. */
  readonly isCancelled?: () => boolean
  /** When `clock.monotonicMs()` passes it, the query stops with `QUERY_TIMEOUT`. */
  readonly deadline?: { readonly clock: Clock; readonly atMonotonicMs: number }
}
