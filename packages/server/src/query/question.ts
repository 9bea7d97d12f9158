import type { ReadQuery } from '@weir/wire'
import { longestLookback } from './federate.ts'
import type { MatrixJob, QueryJob, VectorJob } from './job.ts'

/** Who asked. */
export type QueryOrigin =
  | {
      readonly kind: 'http'
      readonly clientIp: string
      readonly method: string
      readonly path: string
    }
  | { readonly kind: 'rule'; readonly file: string; readonly name: string }
  /** Weir's own pages: the overview, the look for packs. */
  | { readonly kind: 'weir' }

export const OWN: QueryOrigin = { kind: 'weir' }

/** What was asked, in the words of a log: PromQL, or the selectors of a look-up. */
export interface Question {
  readonly expr: string
  readonly startMs: number
  readonly endMs: number
  /** 0 for one moment. */
  readonly stepMs: number
  /** Whether it is PromQL that was evaluated; the query log has only those. */
  readonly isEvaluated: boolean
}

export function questionOf(job: QueryJob | VectorJob | MatrixJob): Question {
  switch (job.kind) {
    case 'instant':
    case 'vector':
      return moment(job.expr, job.timeMs)
    case 'range':
    case 'matrix': {
      const { expr, startMs, endMs, stepMs } = job
      return { expr, startMs, endMs, stepMs, isEvaluated: true }
    }
    case 'series':
    case 'labels':
    case 'labelValues':
      return lookUp(job.selectors.join(' '), job)
    case 'exemplars':
      return lookUp(job.expr, job)
    case 'metadata':
      return lookUp(job.metric, { startMs: 0, endMs: 0 })
    case 'readSamples':
      return lookUp(job.queries.map(selectorOf).join(' '), spanOf(job.queries))
    case 'readChunks':
      return lookUp(selectorOf(job.query), job.query)
    case 'federate': {
      const startMs = job.timeMs - longestLookback(job.limits)
      return lookUp(job.selectors.join(' '), { startMs, endMs: job.timeMs })
    }
    case 'formatQuery':
    case 'parseQuery':
      return lookUp(job.expr, { startMs: 0, endMs: 0 })
    default:
      return job satisfies never
  }
}

function selectorOf({ matchers }: ReadQuery): string {
  const shown = matchers
    .slice(0, 20)
    .map(({ name, operator, value }) => `${name}${operator}${JSON.stringify(value)}`)
  return `{${shown.join(',')}}`
}

function spanOf(queries: readonly ReadQuery[]): { startMs: number; endMs: number } {
  return {
    startMs: queries.reduce((least, { startMs }) => Math.min(least, startMs), Infinity),
    endMs: queries.reduce((most, { endMs }) => Math.max(most, endMs), -Infinity),
  }
}

export function moment(expr: string, timeMs: number): Question {
  return { expr, startMs: timeMs, endMs: timeMs, stepMs: 0, isEvaluated: true }
}

function lookUp(
  expr: string,
  { startMs, endMs }: { readonly startMs: number; readonly endMs: number },
): Question {
  return { expr, startMs, endMs, stepMs: 0, isEvaluated: false }
}
