import { type Labels, WeirError, systemClock } from '@weir/model'
import {
  type QueryOptions,
  type QueryResult,
  formatExpr,
  instantQuery,
  parseExpr,
  rangeQuery,
} from '@weir/promql'
import { failure } from '../http/route.ts'
import { encodeQuery, encodeSuccess } from './encode.ts'
import type {
  EvaluationLimits,
  InstantJob,
  LabelValuesJob,
  LabelsJob,
  MatrixColumns,
  MatrixJob,
  MetadataJob,
  MetricSource,
  QueryJob,
  QueryReply,
  RangeJob,
  SeriesJob,
  VectorColumns,
  VectorJob,
} from './job.ts'
import { matchersOf } from './selector.ts'

/** Asked now and then by a long evaluation; true ends it with `QUERY_CANCELED`. */
export type IsCancelled = () => boolean

/**
 * Does a job that came by HTTP and writes its answer: pure but for the reading. Never throws;
 * whatever is wrong is in the reply.
 */
export function executeJob(
  job: QueryJob,
  source: MetricSource,
  isCancelled: IsCancelled = () => false,
): QueryReply {
  try {
    return { status: 200, body: answer(job, source, isCancelled) }
  } catch (thrown) {
    if (!(thrown instanceof WeirError)) throw thrown
    const { status, headers, body } = failure(asParameter(job, thrown))
    return { status, headers, body: new TextEncoder().encode(body as string) }
  }
}

/** An instant query for a caller in this process. A scalar is one series without labels; a string or a range is refused. */
export function evaluateVector(
  job: VectorJob,
  source: MetricSource,
  isCancelled: IsCancelled = () => false,
): VectorColumns {
  const options = optionsOf(job.limits, isCancelled)
  const { value } = instantQuery(source, { expr: job.expr, timeMs: job.timeMs, options })
  switch (value.kind) {
    case 'vector':
      return {
        kind: 'vector',
        labels: value.series.map(({ labels }) => labels.flat),
        values: Float64Array.from(value.series, (one) => one.value),
      }
    case 'scalar':
      return { kind: 'vector', labels: [[]], values: Float64Array.of(value.value) }
    default:
      throw new WeirError(
        'QUERY_EXECUTION',
        `Cannot use ${JSON.stringify(job.expr)} here: want an instant vector or a scalar, got a ${value.kind}`,
      )
  }
}

/** A range query for a caller in this process, laid out on its grid. */
export function evaluateMatrix(
  job: MatrixJob,
  source: MetricSource,
  isCancelled: IsCancelled = () => false,
): MatrixColumns {
  const { startMs, endMs, stepMs, expr } = job
  const options = optionsOf(job.limits, isCancelled)
  const { value } = rangeQuery(source, { expr, startMs, endMs, stepMs, options })
  const series = value.kind === 'matrix' ? value.series : []
  const stepCount = Math.floor((endMs - startMs) / stepMs) + 1
  const values = new Float64Array(series.length * stepCount).fill(Number.NaN)
  for (const [i, one] of series.entries()) {
    for (let k = 0; k < one.times.length; k++) {
      values[i * stepCount + (one.times[k]! - startMs) / stepMs] = one.values[k]!
    }
  }
  const labels = series.map((one) => one.labels.flat)
  return { kind: 'matrix', startMs, stepMs, stepCount, labels, values }
}

function answer(
  job: QueryJob,
  source: MetricSource,
  isCancelled: IsCancelled,
): Uint8Array<ArrayBuffer> {
  switch (job.kind) {
    case 'instant':
    case 'range':
      return evaluate(job, source, isCancelled)
    case 'series':
      return seriesOf(job, source)
    case 'labels':
    case 'labelValues':
      return namesOf(job, source)
    case 'metadata':
      return metadataOf(job, source)
    case 'exemplars':
      parseExpr(job.expr) // a query that cannot be read is refused, as ever
      return encodeSuccess([])
    case 'formatQuery':
      return encodeSuccess(formatExpr(parseExpr(job.expr)))
    case 'parseQuery':
      throw new WeirError('QUERY_NOT_SUPPORTED', 'Cannot send a syntax tree: not supported yet')
    default:
      return job satisfies never
  }
}

function evaluate(
  job: InstantJob | RangeJob,
  source: MetricSource,
  isCancelled: IsCancelled,
): Uint8Array<ArrayBuffer> {
  const startedMs = systemClock.monotonicMs()
  const { expr } = job
  const options = optionsOf(job.limits, isCancelled)
  const result: QueryResult =
    job.kind === 'instant'
      ? instantQuery(source, { expr, timeMs: job.timeMs, options })
      : rangeQuery(source, {
          expr,
          startMs: job.startMs,
          endMs: job.endMs,
          stepMs: job.stepMs,
          options,
        })
  const seconds = (systemClock.monotonicMs() - startedMs) / 1000
  return encodeQuery(result, {
    limit: job.limit,
    seconds: job.stats === '' ? undefined : seconds,
    bytesMax: job.limits?.answerBytesMax ?? ANSWER_BYTES_MAX,
  })
}

const ANSWER_BYTES_MAX = 512 * 1024 * 1024

function optionsOf(limits: EvaluationLimits = {}, isCancelled: IsCancelled): QueryOptions {
  const { lookbackMs, maxSamples, maxBytes, features } = limits
  return {
    isCancelled,
    ...(lookbackMs === undefined ? {} : { lookbackMs }),
    ...(maxSamples === undefined ? {} : { maxSamples }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(features === undefined ? {} : { features: new Set(features) }),
  }
}

const CUT = 'results truncated due to limit'

function seriesOf(job: SeriesJob, source: MetricSource): Uint8Array<ArrayBuffer> {
  const sets = job.selectors.map(matchersOf)
  using querier = source.querier(job.startMs, job.endMs)
  const found = new Map<string, Labels>()
  for (const matchers of sets) {
    const set = querier.select({ matchers, minMs: job.startMs, maxMs: job.endMs })
    for (let i = 0; i < set.count; i++) {
      const labels = set.labels(i)
      found.set(labels.key(), labels)
    }
  }
  const sorted = [...found.values()].sort((a, b) => a.compare(b))
  return encodeSuccess(...cut(sorted, job.limit))
}

function namesOf(job: LabelsJob | LabelValuesJob, source: MetricSource): Uint8Array<ArrayBuffer> {
  const sets = job.selectors.length === 0 ? [[]] : job.selectors.map(matchersOf)
  using querier = source.querier(job.startMs, job.endMs)
  const lists = sets.map((matchers) =>
    job.kind === 'labels' ? querier.labelNames(matchers) : querier.labelValues(job.name, matchers),
  )
  const names = lists.length === 1 ? lists[0]! : [...new Set(lists.flat())].sort()
  return encodeSuccess(...cut(names, job.limit))
}

function cut<T>(list: readonly T[], limit: number): [readonly T[], readonly string[]] {
  return limit > 0 && list.length > limit ? [list.slice(0, limit), [CUT]] : [list, []]
}

function metadataOf(job: MetadataJob, source: MetricSource): Uint8Array<ArrayBuffer> {
  const known = source.metadata()
  const names = job.metric === '' ? [...known.keys()] : known.has(job.metric) ? [job.metric] : []
  const kept = job.limit < 0 ? names : names.slice(0, job.limit)
  const entries = kept.map((name) => {
    const { type, help, unit } = known.get(name)!
    return [name, job.limitPerMetric === 0 ? [] : [{ type, help, unit }]] as const
  })
  return encodeSuccess(Object.fromEntries(entries))
}

/** The sentence that clients of Prometheus know for an expression that cannot be read. */
function asParameter(job: QueryJob, error: WeirError): WeirError {
  if (error.code !== 'QUERY_PARSE') return error
  switch (job.kind) {
    case 'exemplars':
    case 'metadata':
    case 'labels':
    case 'labelValues':
      return error
    case 'series':
      return new WeirError('QUERY_PARSE', `invalid parameter "match[]": ${error.message}`)
    default:
      return new WeirError('QUERY_PARSE', `invalid parameter "query": ${error.message}`)
  }
}
