import { WeirError } from '@weir/model'
import { matchersOf } from '../query/selector.ts'
import type { QueryJob } from '../query/job.ts'
import type { Dialect } from './dialect.ts'
import type { EngineQuestion } from './metrics-engine.ts'

/** A question as the engine's API wants it, without the signal. */
export type Asked = Omit<EngineQuestion, 'signal'>

/** Jobs that are one question of Prometheus's API. */
export type OneQuestion = Extract<
  QueryJob,
  { kind: 'instant' | 'range' | 'series' | 'labels' | 'labelValues' | 'metadata' | 'exemplars' }
>

type Params = (readonly [name: string, value: string])[]

/** The times that mean no bound. @see parameters.ts */
const YEAR_MS = 31_536_000_000

/** @throws {WeirError} `QUERY_PARSE` for a selector that cannot be read: the engine need not be asked */
export function questionFor(job: OneQuestion, dialect: Dialect, nowMs: number): Asked {
  switch (job.kind) {
    case 'instant':
      return {
        path: '/api/v1/query',
        params: [
          ['query', dialect.expr(job.expr)],
          ['time', seconds(job.timeMs)],
          ...tuned(job, dialect),
          ...limited(job.limit, !dialect.cutsHere),
        ],
      }
    case 'range':
      return {
        path: '/api/v1/query_range',
        params: [
          ['query', dialect.expr(job.expr)],
          ['start', seconds(job.startMs)],
          ['end', seconds(job.endMs)],
          ['step', seconds(job.stepMs)],
          ...tuned(job, dialect),
          ...limited(job.limit, !dialect.cutsHere),
        ],
      }
    case 'series':
      return { path: '/api/v1/series', params: selection(job, dialect, nowMs) }
    case 'labels':
      return { path: '/api/v1/labels', params: selection(job, dialect, nowMs) }
    case 'labelValues':
      return {
        path: `/api/v1/label/${encodeURIComponent(pathName(job.name))}/values`,
        params: selection(job, dialect, nowMs),
        method: 'GET',
      }
    case 'metadata':
      return {
        path: '/api/v1/metadata',
        params: [
          ...(job.metric === '' ? [] : ([['metric', job.metric]] as const)),
          ...(job.limit < 0 ? [] : ([['limit', String(job.limit)]] as const)),
          ...(job.limitPerMetric < 0
            ? []
            : ([['limit_per_metric', String(job.limitPerMetric)]] as const)),
        ],
        method: 'GET',
      }
    case 'exemplars':
      return {
        path: '/api/v1/query_exemplars',
        params: [['query', job.expr], ...span(job, dialect, nowMs)],
      }
  }
}

function tuned(
  { limits = {}, stats }: Pick<Extract<OneQuestion, { kind: 'instant' }>, 'limits' | 'stats'>,
  dialect: Dialect,
): Params {
  const wish = stats === 'weir' ? 'all' : stats
  return [
    ...Object.entries(dialect.tuning(limits)),
    ...(wish === '' ? [] : [['stats', wish] as const]),
  ]
}

function limited(limit: number, isKnown: boolean): Params {
  return limit > 0 && isKnown ? [['limit', String(limit)]] : []
}

function selection(
  job: {
    readonly selectors: readonly string[]
    readonly startMs: number
    readonly endMs: number
    readonly limit: number
  },
  dialect: Dialect,
  nowMs: number,
): Params {
  for (const selector of job.selectors) matchersOf(selector)
  return [
    ...job.selectors.map((selector) => ['match[]', selector] as const),
    ...span(job, dialect, nowMs),
    ...limited(job.limit, true),
  ]
}

/** A span of time; ends that mean no bound are left out, or said, as the engine wants it. */
function span(
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
  { saysAllTime }: Dialect,
  nowMs: number,
): Params {
  const hasStart = startMs > 0
  const hasEnd = endMs < nowMs + YEAR_MS
  const params: Params = []
  if (hasStart || saysAllTime) params.push(['start', seconds(Math.max(startMs, 0))])
  if (hasEnd || saysAllTime) params.push(['end', seconds(Math.min(endMs, nowMs + YEAR_MS))])
  return params
}

function seconds(ms: number): string {
  return String(ms / 1000)
}

/** Names that a path cannot carry are escaped as Prometheus reads them: `U__` and `_HEX_`. */
function pathName(name: string): string {
  if (name === '' || name.length > 1_000) {
    throw new WeirError(
      'HTTP_PARAMETER',
      `invalid label name: ${JSON.stringify(name.slice(0, 100))}`,
    )
  }
  if (/^[a-zA-Z_][a-zA-Z0-9_]*$/.test(name)) return name
  const escaped = Array.from(name, (letter) => {
    if (letter === '_') return '__'
    return /[a-zA-Z0-9]/.test(letter) ? letter : `_${letter.codePointAt(0)!.toString(16)}_`
  })
  return `U__${escaped.join('')}`
}
