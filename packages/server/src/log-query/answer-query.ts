import {
  type LogQueryResult,
  type LogQueryStats,
  type LogSample,
  type LogSeries,
  type LogSource,
  type MetricExpr,
  type TimeRange,
  parseLogQL,
  runLogQuery,
} from '@weir/logs'
import { WeirError } from '@weir/model'
import type { LogCircumstances } from './execute.ts'
import type { InstantJob, RangeJob } from './job.ts'
import { type AnswerStats, answerJson, sampleJson, seriesJson, streamsJson } from './loki-json.ts'
import { queryBounds } from './query-bounds.ts'

/** Lines, or series over time. */
export async function answerRange(
  { query, range, limit, ...job }: RangeJob,
  source: LogSource,
  at: LogCircumstances,
): Promise<string> {
  const { linesMax } = at.limits
  const expr = parseLogQL(query)
  const { fromNs, toNs } = expr.kind === 'log' ? range : aligned(range, job.stepNs)
  const result = await runLogQuery(source, {
    kind: 'range',
    query: expr.kind === 'log' ? expr : levelOnce(expr, source, range),
    startNs: fromNs,
    endNs: toNs,
    stepNs: job.stepNs,
    direction: job.direction,
    intervalNs: job.intervalNs,
    limit,
    ...queryBounds(at),
  }).catch((error: unknown) => {
    throw asLokiSays(error, limit, linesMax)
  })
  return resultJson(result, at, job.categorize)
}

/**
 * Steps lie on multiples of their length, as in Loki: who asks again a moment later gets the same bars, and
 * counts of whole minutes can be used.
 */
function aligned({ fromNs, toNs }: TimeRange, stepNs: bigint): TimeRange {
  const over = toNs % stepNs
  return { fromNs: fromNs - (fromNs % stepNs), toNs: over === 0n ? toNs : toNs - over + stepNs }
}

/**
 * Grafana's log volume is `sum by (level, detected_level) (count_over_time(…))`: it takes whichever is there.
 * `level` is a name that each line has here, read out of it where it is JSON, which would cost as much as all
 * the rest. Where nobody asks for more than Loki knows (no stream has such a label, no parser was named),
 * the severity is enough, and the answer is Loki's.
 */
function levelOnce(expr: MetricExpr, source: LogSource, range: TimeRange): MetricExpr {
  if (expr.kind !== 'aggregation' || expr.expr.kind !== 'range') return expr
  const { grouping } = expr
  if (grouping === undefined || grouping.without) return expr
  if (!grouping.names.includes('level') || !grouping.names.includes('detected_level')) return expr
  const { matchers, stages } = expr.expr.log
  if (stages.some(({ kind }) => kind !== 'line')) return expr
  const ofStreams = matchers.filter(({ name }) => name !== 'level' && name !== 'detected_level')
  if (source.streams(ofStreams, range).some(({ labels }) => labels.has('level'))) return expr
  const names = grouping.names.filter((name) => name !== 'level')
  return { ...expr, grouping: { ...grouping, names } }
}

/** Numbers at one moment. */
export async function answerInstant(
  { query, timeNs }: InstantJob,
  source: LogSource,
  at: LogCircumstances,
): Promise<string> {
  const result = await runLogQuery(source, { kind: 'instant', query, timeNs, ...queryBounds(at) })
  return resultJson(result, at, false)
}

function resultJson(
  { value, stats }: LogQueryResult,
  at: LogCircumstances,
  categorize: boolean,
): string {
  const told = (returned: number): AnswerStats => statsOf(stats, at, returned)
  switch (value.kind) {
    case 'streams': {
      const { entries } = value
      return answerJson(
        'streams',
        streamsJson(entries, categorize),
        told(entries.length),
        categorize,
      )
    }
    case 'matrix':
      return answerJson('matrix', matrixJson(value.series), told(value.series.length), false)
    case 'vector':
      return answerJson('vector', vectorJson(value.samples), told(value.samples.length), false)
    case 'scalar':
      return answerJson('scalar', sampleJson(value.timeMs, value.value), told(1), false)
    default:
      return value satisfies never
  }
}

function matrixJson(series: readonly LogSeries[]): string {
  const all = series.map(({ labels, timesMs, values }) => {
    const samples: string[] = []
    for (let i = 0; i < values.length; i++) samples.push(sampleJson(timesMs[i]!, values[i]!))
    return seriesJson(labels, samples)
  })
  return `[${all.join(',')}]`
}

function vectorJson(samples: readonly LogSample[]): string {
  const all = samples.map(
    ({ labels, timeMs, value }) =>
      `{"metric":${JSON.stringify(labels)},"value":${sampleJson(timeMs, value)}}`,
  )
  return `[${all.join(',')}]`
}

function statsOf(
  { linesRead, linesCounted, bytesRead, streams, elapsedMs }: LogQueryStats,
  { queuedMs }: LogCircumstances,
  returned: number,
): AnswerStats {
  return {
    lines: linesRead + linesCounted,
    bytes: bytesRead,
    streams,
    execSeconds: elapsedMs / 1000,
    queueSeconds: queuedMs / 1000,
    returned,
  }
}

/** Clients know this sentence: Grafana shows which setting to change when it comes. */
function asLokiSays(error: unknown, limit: number, max: number): unknown {
  const isLimit = (error as { code?: string }).code === 'LOGQL_TOO_MANY_ENTRIES' && limit > max
  if (!isLimit) return error
  const why = `max entries limit per query exceeded, limit > max_entries_limit_per_query (${limit} > ${max})`
  return new WeirError('LOGQL_TOO_MANY_ENTRIES', why, { cause: error })
}
