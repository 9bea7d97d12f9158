import { METRIC_NAME, WeirError } from '@weir/model'
import type { QueryOptions } from '@weir/promql'
import type { LogSource } from '../source.ts'
import type { MetricExpr } from './ast.ts'
import type { Guard } from './guard.ts'
import { MetricEvaluation } from './metric/evaluate.ts'
import { type Steps, stepsOf } from './metric/steps.ts'
import type { LogQueryRequest } from './request.ts'
import type { LogQueryValue } from './result.ts'

/** Only seen inside: names that tell leaves of an expression apart. */
const INNER: ReadonlySet<string> = new Set([METRIC_NAME])

/** Numbers at the moments asked for. */
export async function runMetric(
  source: LogSource,
  expr: MetricExpr,
  request: LogQueryRequest,
  guard: Guard,
): Promise<LogQueryValue> {
  const { signal, deadline } = request
  const options: QueryOptions = {
    ...(signal !== undefined && { isCancelled: () => signal.aborted }),
    ...(deadline !== undefined && { deadline }),
  }
  const steps: Steps =
    request.kind === 'range'
      ? stepsOf(request, guard.limits.stepsMax)
      : { startNs: request.timeNs, stepNs: 1n, count: 1 }
  const evaluation = new MetricEvaluation(source, steps, guard, options)
  const startMs = Number(steps.startNs / 1_000_000n)
  if (request.kind === 'range') {
    const { value } = await evaluation.range(expr)
    if (value.kind !== 'matrix') return { kind: 'matrix', series: [] }
    mayHave(value.series.length, guard)
    const stepMs = Number(steps.stepNs) / 1e6
    return {
      kind: 'matrix',
      series: value.series.map(({ labels, times, values }) => ({
        labels: labels.without(INNER),
        timesMs: times.map((time) => startMs + time * stepMs),
        values,
      })),
    }
  }
  const { value } = await evaluation.instant(expr)
  if (value.kind === 'scalar') return { kind: 'scalar', timeMs: startMs, value: value.value }
  if (value.kind !== 'vector') return { kind: 'vector', samples: [] }
  mayHave(value.series.length, guard)
  const samples = value.series.map((one) => ({
    labels: one.labels.without(INNER),
    timeMs: startMs,
    value: one.value,
  }))
  if (!isOrdered(expr)) samples.sort((a, b) => a.labels.compare(b.labels))
  return { kind: 'vector', samples }
}

/** Whether the order of the answer is a part of it. */
function isOrdered(expr: MetricExpr): boolean {
  return expr.kind === 'aggregation' && expr.operation.startsWith('sort')
}

function mayHave(series: number, { limits }: Guard): void {
  if (series <= limits.seriesMax) return
  throw new WeirError(
    'LOGQL_TOO_MANY_SERIES',
    `maximum of series (${limits.seriesMax}) reached for a single query: want fewer by sum by (…), topk(…) or a narrower selector, got ${series}`,
  )
}
