import {
  type Labels,
  type NativeHistogram,
  STALE_MARKER,
  type SeriesExemplars,
  WeirError,
} from '@weir/model'
import {
  type Expr,
  type InstantRequest,
  type QueryOptions,
  type QueryResult,
  type Team,
  instantQuery,
  parseExpr,
  prettify,
  selectorsOf,
  rangeQuery,
  planTree,
  treeJson,
} from '@weir/promql'
import { failure } from '../http/route.ts'
import { type QueryCost, type StatsView, costOf, statsView } from './cost.ts'
import { encodeExemplars, encodeQuery, encodeSeries, encodeSuccess, tooLarge } from './encode.ts'
import type {
  EvaluationLimits,
  ExemplarsJob,
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
  StillSource,
  QueryFailure,
  VectorColumns,
  VectorJob,
  VectorRows,
  VectorsJob,
} from './job.ts'
import { federate } from './federate.ts'
import { readChunks, readSamples } from './remote-read.ts'
import type { ReadExprs } from './read-exprs.ts'
import { matchersOf } from './selector.ts'

/** How a job came to its thread. */
export interface Circumstances {
  /** Asked now and then by a long evaluation; true ends it with `QUERY_CANCELED`. */
  readonly isCancelled?: () => boolean
  /** How long it waited for the thread. */
  readonly queuedMs?: number
  /** Whether to count the samples that steps look at, also when the answer does not tell them. */
  readonly countSteps?: boolean
  /** Threads that help with large queries. */
  readonly team?: Team
}

/**
 * Does a job that came by HTTP and writes its answer: pure but for the reading. Never throws;
 * whatever is wrong is in the reply.
 */
export function executeJob(
  job: QueryJob,
  source: MetricSource,
  circumstances: Circumstances = {},
): QueryReply {
  try {
    return { status: 200, ...answer(job, source, circumstances) }
  } catch (thrown) {
    if (!(thrown instanceof WeirError)) throw thrown
    const error = asParameter(job, thrown)
    const { status, headers, body } = failure(error)
    const { code, message } = error
    return {
      status,
      headers,
      error: { code, message },
      body: new TextEncoder().encode(body as string),
    }
  }
}

/** An instant query for a caller in this process. A scalar is one series without labels; a string or a range is refused. */
export function evaluateVector(
  { expr, timeMs, limits }: VectorJob,
  source: MetricSource,
  circumstances: Circumstances = {},
): VectorColumns {
  const options = optionsOf(limits, circumstances)
  const rows = vectorOf(source, { expr, timeMs, options }, circumstances.queuedMs ?? 0)
  return { ...rows, values: Float64Array.from(rows.values) }
}

function vectorOf(source: MetricSource, request: InstantRequest, queuedMs: number): VectorRows {
  const { value, stats } = instantQuery(source, request)
  const cost = costOf(stats, queuedMs)
  switch (value.kind) {
    case 'vector':
      return {
        kind: 'vector',
        cost,
        labels: value.series.map(({ labels }) => labels.flat),
        values: value.series.map((one) => one.value),
        ...(value.series.some(({ histogram }) => histogram !== undefined)
          ? { histograms: value.series.map(({ histogram }) => histogram) }
          : {}),
      }
    case 'scalar':
      return { kind: 'vector', labels: [[]], values: [value.value], cost }
    default:
      throw new WeirError(
        'QUERY_EXECUTION',
        `Cannot use ${JSON.stringify(request.expr)} here: want an instant vector or a scalar, got a ${value.kind}`,
      )
  }
}

/**
 * Several instant queries for a caller in this process: one that fails spoils nothing beside it,
 * unless nobody wants any of them any more.
 *
 * @param exprs what was read before
 */
export function evaluateVectors(
  { parts, limits }: VectorsJob,
  source: StillSource,
  circumstances: Circumstances,
  exprs: ReadExprs,
): readonly (VectorRows | QueryFailure)[] {
  const options = {
    ...optionsOf(limits, circumstances),
    parse: (text: string) => exprs.parse(text, limits?.features),
  }
  const queuedMs = circumstances.queuedMs ?? 0
  const one = (expr: string, timeMs: number): VectorRows | QueryFailure => {
    try {
      return vectorOf(source, { expr, timeMs, options }, queuedMs)
    } catch (thrown) {
      if (!(thrown instanceof WeirError) || thrown.code === 'QUERY_CANCELED') throw thrown
      return { kind: 'failure', code: thrown.code, message: thrown.message }
    }
  }
  return source.still(() =>
    parts.flatMap(({ exprs: asked, timeMs }) => asked.map((expr) => one(expr, timeMs))),
  )
}

/** A range query for a caller in this process, laid out on its grid. */
export function evaluateMatrix(
  job: MatrixJob,
  source: MetricSource,
  circumstances: Circumstances = {},
): MatrixColumns {
  const { startMs, endMs, stepMs, expr } = job
  const options = optionsOf(job.limits, circumstances)
  const { value, stats } = rangeQuery(source, { expr, startMs, endMs, stepMs, options })
  const series = value.kind === 'matrix' ? value.series : []
  const stepCount = Math.floor((endMs - startMs) / stepMs) + 1
  const values = new Float64Array(series.length * stepCount).fill(STALE_MARKER)
  const histograms = new Map<number, NativeHistogram>()
  for (const [i, one] of series.entries()) {
    for (let k = 0; k < one.times.length; k++) {
      const at = i * stepCount + (one.times[k]! - startMs) / stepMs
      values[at] = one.values[k]!
      const histogram = one.histograms?.[k]
      if (histogram !== undefined) histograms.set(at, histogram)
    }
  }
  const labels = series.map((one) => one.labels.flat)
  const cost = costOf(stats, circumstances.queuedMs ?? 0)
  return { kind: 'matrix', startMs, stepMs, stepCount, labels, values, histograms, cost }
}

type Answered = Pick<QueryReply, 'body' | 'cost' | 'next'> & Partial<Pick<QueryReply, 'status'>>

function answer(job: QueryJob, source: MetricSource, circumstances: Circumstances): Answered {
  switch (job.kind) {
    case 'instant':
    case 'range':
      return evaluate(job, source, circumstances)
    case 'series':
      return { body: seriesOf(job, source, circumstances) }
    case 'labels':
    case 'labelValues':
      return { body: namesOf(job, source, circumstances) }
    case 'metadata':
      return { body: metadataOf(job, source) }
    case 'exemplars':
      return exemplarsOf(job, source)
    case 'readSamples':
      return { body: readSamples(job, source, circumstances) }
    case 'readChunks':
      return readChunks(job, source, circumstances)
    case 'federate':
      return federate(job, source, circumstances)
    case 'formatQuery':
      return { body: encodeSuccess(prettify(read(job))) }
    case 'parseQuery':
      return { body: encodeSuccess(job.as === 'plan' ? planTree(read(job)) : treeJson(read(job))) }
    default:
      return job satisfies never
  }
}

function read({ expr, limits }: Pick<ExemplarsJob, 'expr' | 'limits'>): Expr {
  return parseExpr(expr, new Set(limits?.features))
}

function evaluate(
  job: InstantJob | RangeJob,
  source: MetricSource,
  circumstances: Circumstances,
): Answered {
  const { expr, stats, limits } = job
  const countSteps = stats !== '' || circumstances.countSteps === true
  const options = optionsOf(limits, { ...circumstances, countSteps })
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
  const cost = costOf(result.stats, circumstances.queuedMs ?? 0)
  const body = encodeQuery(result, {
    limit: job.limit,
    stats: statsOf(job, cost, result.stats.samplesQueried),
    bytesMax: limits?.answerBytesMax ?? ANSWER_BYTES_MAX,
  })
  return { body, cost }
}

function statsOf(
  job: InstantJob | RangeJob,
  cost: QueryCost,
  counts: Float64Array,
): StatsView | undefined {
  if (job.stats === '') return undefined
  const isPerStep =
    job.stats === 'all' && job.limits?.features?.includes('promql-per-step-stats') === true
  if (!isPerStep) return statsView(cost, undefined, job.stats === 'weir')
  const startMs = job.kind === 'instant' ? job.timeMs : job.startMs
  const stepMs = job.kind === 'instant' ? 0 : job.stepMs
  const perStep = Array.from(counts, (count, k) => [(startMs + k * stepMs) / 1000, count] as const)
  return statsView(cost, perStep)
}

const ANSWER_BYTES_MAX = 512 * 1024 * 1024

function optionsOf(
  limits: EvaluationLimits = {},
  { isCancelled = () => false, countSteps = false, team }: Circumstances,
): QueryOptions {
  const { lookbackMs, lookbackRules, countFirstValue, maxSamples, maxBytes, features } = limits
  return {
    isCancelled,
    countSteps,
    ...(lookbackRules === undefined ? {} : { lookbackRules }),
    ...(countFirstValue === undefined ? {} : { countFirstValue }),
    ...(team === undefined ? {} : { team }),
    ...(lookbackMs === undefined ? {} : { lookbackMs }),
    ...(maxSamples === undefined ? {} : { maxSamples }),
    ...(maxBytes === undefined ? {} : { maxBytes }),
    ...(features === undefined ? {} : { features: new Set(features) }),
  }
}

const CUT = 'results truncated due to limit'

function seriesOf(
  job: SeriesJob,
  source: MetricSource,
  circumstances: Circumstances,
): Uint8Array<ArrayBuffer> {
  const sets = job.selectors.map(matchersOf)
  using querier = source.querier(job.startMs, job.endMs)
  const bytesMax = job.bytesMax ?? ANSWER_BYTES_MAX
  const found = new Map<string, Labels>()
  let bytes = 0
  for (const matchers of sets) {
    checkCancelled(circumstances)
    const set = querier.select({ matchers, minMs: job.startMs, maxMs: job.endMs })
    for (let i = 0; i < set.count; i++) {
      const labels = set.labels(i)
      const key = labels.key()
      if (found.has(key)) continue
      found.set(key, labels)
      bytes += key.length
      if (bytes > bytesMax) throw tooLarge(bytesMax)
      if (found.size % CHECK_EVERY === 0) checkCancelled(circumstances)
    }
  }
  const sorted = [...found.values()].sort((a, b) => a.compare(b))
  const [shown, warnings] = cut(sorted, job.limit)
  return encodeSeries(shown, warnings, bytesMax)
}

/** How many series are gone through before the caller is asked whether they are still wanted. */
const CHECK_EVERY = 1024

function checkCancelled({ isCancelled }: Circumstances): void {
  if (isCancelled?.() !== true) return
  throw new WeirError('QUERY_CANCELED', 'query was canceled in expression evaluation')
}

function namesOf(
  job: LabelsJob | LabelValuesJob,
  source: MetricSource,
  circumstances: Circumstances,
): Uint8Array<ArrayBuffer> {
  const sets = job.selectors.length === 0 ? [[]] : job.selectors.map(matchersOf)
  using querier = source.querier(job.startMs, job.endMs)
  const all = new Set<string>()
  for (const matchers of sets) {
    checkCancelled(circumstances)
    const names =
      job.kind === 'labels' ? querier.labelNames(matchers) : querier.labelValues(job.name, matchers)
    for (const name of names) all.add(name)
  }
  const names = sets.length === 1 ? [...all] : [...all].sort()
  return encodeSuccess(...cut(names, job.limit))
}

/** Exemplars of the series that any selector of the expression chooses. */
function exemplarsOf(job: ExemplarsJob, source: MetricSource): Answered {
  const selectors = selectorsOf(read(job))
  if (selectors.length === 0) return { status: 204, body: new Uint8Array(0) } // as Prometheus does
  using querier = source.querier(job.startMs, job.endMs)
  const found = new Map<string, SeriesExemplars>()
  for (const { matchers } of selectors) {
    for (const one of querier.exemplars(matchers, job.startMs, job.endMs)) {
      found.set(one.labels.key(), one)
    }
  }
  const sorted = [...found.values()].sort((a, b) => a.labels.compare(b.labels))
  return { body: encodeExemplars(sorted) }
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
    case 'federate':
      return new WeirError('QUERY_PARSE', `invalid parameter "match[]": ${error.message}`)
    default:
      return new WeirError('QUERY_PARSE', `invalid parameter "query": ${error.message}`)
  }
}
