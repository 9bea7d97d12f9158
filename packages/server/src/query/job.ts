import type { ErrorCode, Matcher, MetricMetadata, NativeHistogram, Queryable } from '@weir/model'
import type { LookbackRule } from '@weir/promql'
import type { FederationFormat, ReadQuery } from '@weir/wire'
import type { QueryCost } from './cost.ts'
import type { QueryOrigin } from './question.ts'

/**
 * The work of a query thread, as data. A job is plain (it can be posted to another thread), and so
 * is what comes back: bytes for somebody who asked by HTTP, columns for callers in this process.
 *
 * Times are milliseconds. Whoever makes a job has checked its numbers; only the PromQL in it is
 * still raw text, because parsing it belongs to the thread that pays for it.
 */
export type QueryJob =
  | InstantJob
  | RangeJob
  | SeriesJob
  | LabelsJob
  | LabelValuesJob
  | MetadataJob
  | ExemplarsJob
  | ReadSamplesJob
  | ReadChunksJob
  | FederateJob
  | FormatQueryJob
  | ParseQueryJob

/** What an evaluation may use; defaults are those of the engine. */
export interface EvaluationLimits {
  readonly lookbackMs?: number
  readonly lookbackRules?: readonly LookbackRule[]
  readonly countFirstValue?: readonly (readonly Matcher[])[]
  readonly maxSamples?: number
  /** About how many bytes a query may hold; beyond it is refused with `QUERY_TOO_MUCH_MEMORY`. */
  readonly maxBytes?: number
  /** Names of `--enable-feature` that PromQL knows. */
  readonly features?: readonly string[]
  /** Longest answer in bytes; a longer one is refused with `QUERY_ANSWER_TOO_LARGE`. */
  readonly answerBytesMax?: number
}

export interface InstantJob {
  readonly kind: 'instant'
  readonly expr: string
  readonly timeMs: number
  /** Series sent at most; 0 sends all. What is cut off is told by a warning. */
  readonly limit: number
  readonly stats: StatsWish
  readonly limits?: EvaluationLimits
}

export interface RangeJob {
  readonly kind: 'range'
  readonly expr: string
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  readonly limit: number
  readonly stats: StatsWish
  readonly limits?: EvaluationLimits
}

/**
 * `stats` of the query API: '' leaves them out, anything else sends them. `all` adds figures a step
 * (with the feature `promql-per-step-stats`, as in Prometheus), `weir` what only Weir counts.
 */
export type StatsWish = '' | 'summary' | 'all' | 'weir'

/** What the metadata endpoints share: `match[]` (any of them) and a span of time. */
interface Selection {
  readonly selectors: readonly string[]
  readonly startMs: number
  readonly endMs: number
  readonly limit: number
  /** As in {@link EvaluationLimits.answerBytesMax}. */
  readonly bytesMax?: number
}

export interface SeriesJob extends Selection {
  readonly kind: 'series'
}

export interface LabelsJob extends Selection {
  readonly kind: 'labels'
}

export interface LabelValuesJob extends Selection {
  readonly kind: 'labelValues'
  readonly name: string
}

export interface MetadataJob {
  readonly kind: 'metadata'
  /** Only this metric; '' for all. */
  readonly metric: string
  /** Metrics sent at most; -1 sends all. */
  readonly limit: number
  /** Entries per metric at most; -1 sends all. */
  readonly limitPerMetric: number
}

export interface ExemplarsJob {
  readonly kind: 'exemplars'
  /** Whose selectors choose the series. */
  readonly expr: string
  readonly limits?: EvaluationLimits
  readonly startMs: number
  readonly endMs: number
}

/** Remote read: the samples of some queries as one packed message. */
export interface ReadSamplesJob {
  readonly kind: 'readSamples'
  readonly queries: readonly ReadQuery[]
  /** `name, value, …` that every series gets, and that it is found by. */
  readonly externalLabels: readonly string[]
  readonly samplesMax: number
  readonly answerBytesMax: number
}

/** Remote read: the next frames of one query, as many series as make a page. */
export interface ReadChunksJob {
  readonly kind: 'readChunks'
  readonly query: ReadQuery
  /** Which query of the request it is. */
  readonly queryIndex: number
  readonly externalLabels: readonly string[]
  /** The last series of the page before, as {@link QueryReply.next} gave it. */
  readonly after: readonly string[] | undefined
  readonly pageBytes: number
  readonly frameBytesMax: number
}

/** `/federate`: the newest sample of each series, as many as make a page. */
export interface FederateJob {
  readonly kind: 'federate'
  readonly selectors: readonly string[]
  readonly timeMs: number
  readonly limits: Pick<EvaluationLimits, 'lookbackMs' | 'lookbackRules'>
  /** `name, value, …` that series get which have no such label. */
  readonly externalLabels: readonly string[]
  readonly format: FederationFormat
  /** The last series of the page before, as {@link QueryReply.next} gave it. */
  readonly after: readonly string[] | undefined
  readonly pageBytes: number
}

interface FormatQueryJob {
  readonly kind: 'formatQuery'
  readonly expr: string
  readonly limits?: EvaluationLimits
}

interface ParseQueryJob {
  readonly kind: 'parseQuery'
  /** As Prometheus draws its tree, or as the steps of its evaluation. */
  readonly as: 'tree' | 'plan'
  readonly expr: string
  readonly limits?: EvaluationLimits
}

/** The answer to a {@link QueryJob}: an HTTP response without its connection. The body is JSON (of remote read: what that protocol wants) and owns its whole buffer, so it can be transferred. */
export interface QueryReply {
  readonly status: number
  /** What is wrong, for those who count; the body says it to the client. */
  readonly error?: { readonly code: ErrorCode; readonly message: string }
  /** Of queries that were evaluated to their end. */
  readonly cost?: QueryCost
  readonly headers?: Readonly<Record<string, string>>
  /** Of a page that is not the last: where the next one begins. */
  readonly next?: readonly string[]
  readonly body: Uint8Array<ArrayBuffer>
  /** What follows the body, as it comes; only for those who said that they take it. */
  readonly rest?: AsyncIterable<Uint8Array>
}

/** An instant query for a caller in this process (rules): answered with {@link VectorColumns}. */
export interface VectorJob {
  readonly kind: 'vector'
  readonly expr: string
  readonly timeMs: number
  readonly limits?: EvaluationLimits
}

/** Several instant queries on one state of the store: answered with an answer or an error for each. */
export interface VectorsJob {
  readonly kind: 'vectors'
  readonly parts: readonly Pick<VectorsPart, 'exprs' | 'timeMs'>[]
  readonly limits?: EvaluationLimits
}

/** Expressions about one moment, and who asks. */
export interface VectorsPart {
  readonly exprs: readonly string[]
  readonly timeMs: number
  readonly origin: QueryOrigin
}

/** A range query for a caller in this process (the overview): answered with {@link MatrixColumns}. */
export interface MatrixJob {
  readonly kind: 'matrix'
  readonly expr: string
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  readonly limits?: EvaluationLimits
}

/** Series `i` has labels `labels[i]` (`name, value, …`) and value `values[i]`. A scalar is one series without labels. */
export interface VectorColumns {
  readonly kind: 'vector'
  readonly labels: readonly (readonly string[])[]
  readonly values: Float64Array<ArrayBuffer>
  /** Absent while every sample is a number; otherwise sample `i` is `histograms[i]` where that is defined. */
  readonly histograms?: readonly (NativeHistogram | undefined)[]
  /** What it took; absent where nothing was evaluated. */
  readonly cost?: QueryCost
}

/** The same as {@link VectorColumns}, in whatever list. */
export type VectorRows = Omit<VectorColumns, 'values'> & { readonly values: ArrayLike<number> }

/** What a question came to that could not be answered. */
export interface QueryFailure {
  readonly kind: 'failure'
  readonly code: ErrorCode
  readonly message: string
}

/**
 * Values on a grid of times: series `i` at `startMs + k * stepMs` is `values[i * stepCount + k]`,
 * the stale marker (which is a NaN) where it has none.
 */
export interface MatrixColumns {
  readonly kind: 'matrix'
  readonly startMs: number
  readonly stepMs: number
  readonly stepCount: number
  readonly labels: readonly (readonly string[])[]
  readonly values: Float64Array<ArrayBuffer>
  /** By place in `values`: the samples that are native histograms; NaN stands in the column there. */
  readonly histograms: ReadonlyMap<number, NativeHistogram>
  /** What it took; absent where nothing was evaluated. */
  readonly cost?: QueryCost
}

/** What jobs run on: a store's reader, or memory in tests. */
export interface MetricSource extends Queryable {
  metadata(): ReadonlyMap<string, MetricMetadata>
}

/** A source that can stand still while several questions are asked of it. */
export interface StillSource extends MetricSource {
  still<T>(work: () => T): T
}
