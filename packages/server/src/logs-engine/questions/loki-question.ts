import type { TimeRange } from '@weir/logs'
import type { LogJob } from '../../log-query/job.ts'

/** What Loki is asked: a path behind `/loki/api/v1/`, parameters, headers. */
export interface LokiQuestion {
  readonly path: string
  readonly params: URLSearchParams
  readonly headers?: Readonly<Record<string, string>>
}

export const CATEGORIZE = { 'x-loki-response-encoding-flags': 'categorize-labels' } as const

/** Jobs that Loki answers as they are: its answer is Weir's, byte for byte. */
export type PushedDown = Exclude<LogJob, { readonly kind: 'context' | 'facets' | 'sql' | 'export' }>

/** A job in the words of Loki's API. Times are nanoseconds there too. */
export function lokiQuestion(job: PushedDown): LokiQuestion {
  switch (job.kind) {
    case 'range': {
      const { query, range, stepNs, intervalNs, limit, direction, categorize } = job
      return {
        path: 'query_range',
        params: paramsOf(range, {
          query,
          step: seconds(stepNs),
          ...(intervalNs > 0n && { interval: seconds(intervalNs) }),
          limit,
          direction,
        }),
        ...(categorize && { headers: CATEGORIZE }),
      }
    }
    case 'instant': {
      const { query, timeNs } = job
      return { path: 'query', params: new URLSearchParams({ query, time: String(timeNs) }) }
    }
    case 'labels':
      return { path: 'labels', params: paramsOf(job.range, selecting(job.query)) }
    case 'labelValues':
      return {
        path: `label/${encodeURIComponent(job.name)}/values`,
        params: paramsOf(job.range, selecting(job.query)),
      }
    case 'series': {
      const params = paramsOf(job.range, {})
      for (const selector of job.selectors) params.append('match[]', selector)
      return { path: 'series', params }
    }
    case 'stats':
      return { path: 'index/stats', params: paramsOf(job.range, { query: job.query }) }
    case 'volume': {
      const { query, range, stepNs, targetLabels, aggregateBy, limit } = job
      const params = paramsOf(range, {
        query,
        limit,
        aggregateBy,
        ...(targetLabels.length > 0 && { targetLabels: targetLabels.join(',') }),
        ...(stepNs !== undefined && { step: seconds(stepNs) }),
      })
      return { path: stepNs === undefined ? 'index/volume' : 'index/volume_range', params }
    }
    case 'patterns':
      return {
        path: 'patterns',
        params: paramsOf(job.range, { query: job.query, step: seconds(job.stepNs) }),
      }
    case 'detectedFields': {
      const { query, range, lineLimit: line_limit, limit } = job
      return { path: 'detected_fields', params: paramsOf(range, { query, line_limit, limit }) }
    }
    case 'detectedValues': {
      const { name, query, range, lineLimit: line_limit, limit } = job
      return {
        path: `detected_field/${encodeURIComponent(name)}/values`,
        params: paramsOf(range, { query, line_limit, limit }),
      }
    }
    case 'detectedLabels':
      return { path: 'detected_labels', params: paramsOf(job.range, selecting(job.query)) }
    default:
      return job satisfies never
  }
}

/** Loki takes no empty selector; no selector is all streams. */
function selecting(query: string): { readonly query?: string } {
  return /^\s*(?:\{\s*\}\s*)?$/.test(query) ? {} : { query }
}

function paramsOf(
  { fromNs, toNs }: TimeRange,
  more: Readonly<Record<string, string | number>>,
): URLSearchParams {
  const params = new URLSearchParams({ start: String(fromNs), end: String(toNs) })
  for (const [name, value] of Object.entries(more)) params.set(name, String(value))
  return params
}

/** Nanoseconds as Loki reads a step: `0.25`. */
function seconds(ns: bigint): string {
  const whole = ns / 1_000_000_000n
  const rest = String(ns % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '')
  return rest === '' ? String(whole) : `${whole}.${rest}`
}
