import type { Clock } from '@weir/model'
import type { LogQLExpr } from './ast.ts'

/** Bounds of a query; each has an error that names it. */
export interface LogQueryLimits {
  /** Most lines in an answer. */
  readonly entriesMax: number
  /** Most characters of the lines of an answer, and of the labels made for them. */
  readonly answerCharsMax: number
  /** Most series in an answer. */
  readonly seriesMax: number
  /** Most values held at once on the way to a metric answer: series times steps, and samples of windows. */
  readonly samplesMax: number
  /** Most lines that the source may give to one query. */
  readonly linesMax: number
  /** Most steps of a range query. */
  readonly stepsMax: number
}

export const DEFAULT_LOG_LIMITS: LogQueryLimits = {
  entriesMax: 5000,
  answerCharsMax: 64 * 2 ** 20,
  seriesMax: 500,
  samplesMax: 20_000_000,
  linesMax: 200_000_000,
  stepsMax: 11_000,
}

interface Asked {
  readonly query: string | LogQLExpr
  readonly limits?: Partial<LogQueryLimits>
  /** The query stops with `LOGQL_CANCELED`. */
  readonly signal?: AbortSignal
  /** When `clock.monotonicMs()` passes it, the query stops with `LOGQL_TIMEOUT`. */
  readonly deadline?: { readonly clock: Clock; readonly atMonotonicMs: number }
}

/** Lines from `startNs` to before `endNs`; or numbers at `startNs`, one step later, and so on up to `endNs`. */
export interface RangeQuery extends Asked {
  readonly kind: 'range'
  readonly startNs: bigint
  readonly endNs: bigint
  /** Above 0; lines do not need it. */
  readonly stepNs: bigint
  readonly direction: 'forward' | 'backward'
  /** Most lines wanted. */
  readonly limit: number
  /** Of lines, only one that is so much later than the one before; 0n: all. */
  readonly intervalNs?: bigint
}

/** Numbers at one moment. */
export interface InstantQuery extends Asked {
  readonly kind: 'instant'
  readonly timeNs: bigint
}

export type LogQueryRequest = RangeQuery | InstantQuery
