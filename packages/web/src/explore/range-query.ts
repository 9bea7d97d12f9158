import { keepPreviousData, queryOptions } from '@tanstack/react-query'
import { askPrometheus } from '../api/client.ts'
import type { MatrixSeries, QueryResult, QueryStats } from '../api/prometheus.ts'
import { REFRESH_MS } from '../api/weir.ts'
import { type TimeRange, isLive, resolveRange } from '../time/range.ts'
import { serverNow } from '../time/server-clock.ts'

export interface RangeAnswer {
  readonly series: readonly MatrixSeries[]
  readonly from: number
  readonly to: number
  readonly stats: QueryStats | undefined
  readonly tookMs: number
  readonly warnings: readonly string[]
  readonly infos: readonly string[]
}

/** What is asked of the time range: chart and heat map show the same answer. */
export interface RangeQuestion {
  readonly expr: string
  readonly range: TimeRange
  /** Seconds. */
  readonly step: number
  /** Told anew by each Run, which asks again. */
  readonly runs: number
}

export function rangeQuery({ expr, range, step, runs }: RangeQuestion) {
  return queryOptions({
    queryKey: ['range', expr, range.from, range.to, step, runs],
    queryFn: ({ signal }) => askRange(expr, range, step, signal),
    placeholderData: keepPreviousData,
    refetchInterval: isLive(range) ? Math.max(REFRESH_MS, step * 1000) : false,
  })
}

async function askRange(
  expr: string,
  range: TimeRange,
  step: number,
  signal: AbortSignal,
): Promise<RangeAnswer> {
  const { fromMs, toMs } = resolveRange(range, serverNow())
  // Ends on whole steps, so that a refresh asks for the same points and old ones do not wobble.
  const from = Math.ceil(fromMs / 1000 / step) * step
  const to = Math.max(from, Math.floor(toMs / 1000 / step) * step)
  const began = performance.now()
  const { data, warnings, infos } = await askPrometheus<QueryResult>(
    'query_range',
    { query: expr, start: String(from), end: String(to), step: String(step), stats: 'weir' },
    signal,
  )
  return {
    series: data.resultType === 'matrix' ? data.result : [],
    from,
    to,
    stats: data.stats,
    tookMs: performance.now() - began,
    warnings,
    infos,
  }
}
