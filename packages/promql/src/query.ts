import { type Clock, Labels, type Queryable, WeirError, systemClock } from '@weir/model'
import { type Expr, stringOf } from './ast.ts'
import { exprType } from './check.ts'
import { settleTimes } from './durations.ts'
import { Evaluation } from './execute/evaluation.ts'
import { WALK, streamRange } from './execute/evaluate.ts'
import { streamShared } from './execute/held-series.ts'
import { streamSettled } from './execute/series-stream.ts'
import { parseExpr } from './parse/parse.ts'
import type {
  Histograms,
  MatrixSeries,
  QueryOptions,
  QueryResult,
  QueryValue,
  VectorSample,
} from './result.ts'

export interface InstantRequest {
  readonly expr: string | Expr
  readonly timeMs: number
  readonly options?: QueryOptions
}

export interface RangeRequest {
  readonly expr: string | Expr
  /** First step. */
  readonly startMs: number
  /** Last step or a little later, inclusive. */
  readonly endMs: number
  readonly stepMs: number
  readonly options?: QueryOptions
}

/**
 * Evaluates an expression at one moment.
 *
 * @throws {WeirError} `QUERY_PARSE`, `QUERY_EXECUTION`, `QUERY_TOO_MANY_SAMPLES`, `QUERY_CANCELED`, `QUERY_TIMEOUT`
 */
export function instantQuery(queryable: Queryable, request: InstantRequest): QueryResult {
  const { timeMs, options = {} } = request
  const startedMs = clockOf(options).monotonicMs()
  const times = { startMs: timeMs, endMs: timeMs, stepMs: 0 }
  const written = parsed(request.expr, options)
  const expr = settleTimes(written, times)
  const isTimed = expr !== written
  const text = textOf(request.expr)
  using evaluation = new Evaluation(
    WALK,
    queryable,
    { expr, text, isTimed, startMs: timeMs, endMs: timeMs, stepMs: 1, startedMs },
    options,
  )
  return evaluation.finish(instantValue(evaluation, expr, timeMs))
}

function instantValue(evaluation: Evaluation, expr: Expr, timeMs: number): QueryValue {
  const steps = evaluation.steps
  const type = exprType(expr)
  switch (type) {
    case 'scalar':
      return { kind: 'scalar', timeMs, value: evaluation.scalar(expr, steps)[0]! }
    case 'string':
      return { kind: 'string', timeMs, value: stringOf(expr) }
    case 'range vector': {
      const series: MatrixSeries[] = []
      streamRange(evaluation, expr, steps, (windows) => {
        const { labels, times, values, histograms, from, to } = windows
        if (to[0] === from[0]) return
        evaluation.hold(to[0]! - from[0]!)
        evaluation.holdHistograms(histograms?.slice(from[0], to[0]))
        series.push({
          labels,
          times: times.slice(from[0], to[0]),
          values: values.slice(from[0], to[0]),
          ...some(histograms?.slice(from[0], to[0])),
        })
      })
      return { kind: 'matrix', series }
    }
    case 'instant vector': {
      const series: VectorSample[] = []
      streamSettled(evaluation, expr, steps, (labels, values, present, histograms) => {
        if (present[0] === 0) return
        evaluation.hold(1)
        const histogram = histograms?.[0]
        evaluation.holdHistograms(histograms)
        series.push({ labels, timeMs, value: values[0]!, ...(histogram && { histogram }) })
      })
      return { kind: 'vector', series }
    }
    default:
      return type satisfies never
  }
}

/**
 * Evaluates an expression at start, start + step, … up to end. The answer is a matrix, sorted by
 * labels; a scalar is a series without labels.
 *
 * @throws {WeirError} as {@link instantQuery}
 */
export function rangeQuery(queryable: Queryable, request: RangeRequest): QueryResult {
  const { startMs, endMs, stepMs, options = {} } = request
  const startedMs = clockOf(options).monotonicMs()
  const written = parsed(request.expr, options)
  const type = exprType(written)
  if (type === 'string' || type === 'range vector') {
    throw new WeirError(
      'QUERY_PARSE',
      `invalid expression type "${type}" for range query, must be Scalar or instant Vector`,
    )
  }
  if (!(stepMs > 0) || !(endMs >= startMs)) {
    throw new WeirError(
      'QUERY_PARSE',
      `Cannot evaluate range query: want a positive step and an end that is not before the start, got step ${stepMs} ms, start ${startMs}, end ${endMs}`,
    )
  }
  const expr = settleTimes(written, request)
  const isTimed = expr !== written
  const text = textOf(request.expr)
  using evaluation = new Evaluation(
    WALK,
    queryable,
    { expr, text, isTimed, startMs, endMs, stepMs, startedMs },
    options,
  )
  const { steps } = evaluation
  const series: MatrixSeries[] = []
  if (type === 'scalar') {
    const values = evaluation.scalar(expr, steps)
    series.push({ labels: Labels.EMPTY, times: Float64Array.from(steps.times), values })
  } else {
    streamShared(evaluation, expr, steps, (labels, values, present, histograms) => {
      let length = 0
      for (let k = 0; k < steps.count; k++) length += present[k]!
      if (length === 0) return
      evaluation.hold(length)
      evaluation.holdHistograms(histograms)
      if (length === steps.count) {
        series.push({ labels, times: steps.times, values: values.slice(), ...some(histograms) })
        return
      }
      const times = new Float64Array(length)
      const kept = new Float64Array(length)
      for (let k = 0, at = 0; k < steps.count; k++) {
        if (present[k] === 0) continue
        times[at] = steps.times[k]!
        kept[at++] = values[k]!
      }
      const kinds = histograms?.filter((_, k) => present[k] === 1)
      series.push({ labels, times, values: kept, ...some(kinds) })
    })
  }
  return evaluation.finish({ kind: 'matrix', series })
}

/** A column of histograms, left out when it holds none. */
function some(histograms: Histograms): { histograms?: Histograms } {
  return histograms?.some((one) => one !== undefined) ? { histograms } : {}
}

function clockOf({ deadline }: QueryOptions): Clock {
  return deadline?.clock ?? systemClock
}

function parsed(expr: string | Expr, options: QueryOptions): Expr {
  if (typeof expr !== 'string') return expr
  return options.parse === undefined ? parseExpr(expr, options.features) : options.parse(expr)
}

/** Positions in annotations are those in the text; a tree that comes without its text gives none. */
function textOf(expr: string | Expr): string | undefined {
  return typeof expr === 'string' ? expr : undefined
}
