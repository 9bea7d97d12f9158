import { WeirError } from '@weir/model'
import { z } from 'zod'
import type { LogJob } from '../log-query/job.ts'
import type { EvaluationLimits, QueryJob } from '../query/job.ts'
import { TIME_MAX_MS, TIME_MIN_MS, invalid } from './parameters.ts'
import { POINTS_MAX } from './query-routes.ts'

/** One question of a board, on its way to a query thread. */
export type BoardJob =
  | { readonly to: 'metrics'; readonly job: QueryJob }
  | { readonly to: 'logs'; readonly job: LogJob }

/** Longest id; it is said again with the answer. */
const ID_MAX = 200
/** Lines of log when nobody says how many. */
const LINES = 1000
const NS_PER_MS = 1_000_000n

const time = z.number().min(TIME_MIN_MS).max(TIME_MAX_MS).transform(Math.round)

const question = z.strictObject({
  id: z.string(),
  language: z.enum(['promql', 'logql']).default('promql'),
  kind: z
    .enum(['range', 'instant', 'exemplars', 'labels', 'labelValues', 'series'])
    .default('range'),
  /** PromQL, LogQL, or (of names and values) a selector; '' for all. */
  expr: z.string().default(''),
  /** Selectors, of names and values of labels: series of any of them. */
  match: z.array(z.string()).max(100).default([]),
  /** The label whose values are wanted. */
  name: z.string().default(''),
  startMs: time,
  endMs: time,
  stepMs: z.number().positive().transform(Math.round).optional(),
  limit: z.int().nonnegative().default(0),
  stats: z.boolean().default(false),
})

type Question = z.output<typeof question>

/** What a question of a body is called; undefined for what cannot even be answered with an error. */
export function idOf(given: unknown): string | undefined {
  const id = (given as { readonly id?: unknown } | null)?.id
  return typeof id === 'string' && id !== '' && id.length <= ID_MAX ? id : undefined
}

/** Reads one question. @throws {WeirError} `HTTP_PARAMETER` */
export function boardJob(given: unknown, limits: EvaluationLimits): BoardJob {
  const read = question.safeParse(given)
  if (!read.success) {
    const [first] = read.error.issues
    throw invalid(first?.path.join('.') || 'query', first?.message ?? 'want an object')
  }
  const asked = read.data
  if (asked.endMs < asked.startMs) throw invalid('endMs', 'want no time before startMs')
  if (asked.kind === 'range') checkGrid(asked)
  return asked.language === 'logql'
    ? { to: 'logs', job: logJob(asked) }
    : { to: 'metrics', job: metricJob(asked, limits) }
}

function checkGrid({ startMs, endMs, stepMs, language }: Question): void {
  if (stepMs === undefined) {
    if (language === 'logql') return // lines have none
    throw invalid('stepMs', 'want a number of milliseconds')
  }
  if ((endMs - startMs) / stepMs <= POINTS_MAX) return
  const why = `Cannot give more than ${POINTS_MAX} values a series: want a longer step or a shorter time`
  throw new WeirError('HTTP_PARAMETER', why)
}

function metricJob(asked: Question, limits: EvaluationLimits): QueryJob {
  const { expr, startMs, endMs, limit, name, match } = asked
  const stats = asked.stats ? 'weir' : ''
  const selectors = expr === '' ? match : [expr, ...match]
  const selection = { selectors, startMs, endMs, limit }
  switch (asked.kind) {
    case 'range':
      return { kind: 'range', expr, startMs, endMs, stepMs: asked.stepMs!, limit, stats, limits }
    case 'instant':
      return { kind: 'instant', expr, timeMs: endMs, limit, stats, limits }
    case 'exemplars':
      return { kind: 'exemplars', expr, startMs, endMs, limits }
    case 'labels':
      return { kind: 'labels', ...selection }
    case 'labelValues':
      if (name === '') throw invalid('name', 'want the name of a label')
      return { kind: 'labelValues', name, ...selection }
    case 'series':
      if (selectors.length === 0) throw invalid('expr', 'want a selector')
      return { kind: 'series', ...selection }
  }
}

function logJob(asked: Question): LogJob {
  const range = { fromNs: BigInt(asked.startMs) * NS_PER_MS, toNs: BigInt(asked.endMs) * NS_PER_MS }
  const { expr, name, match } = asked
  const query = expr === '' ? (match[0] ?? '') : expr
  switch (asked.kind) {
    case 'range':
      return {
        kind: 'range',
        query,
        range,
        stepNs: BigInt(asked.stepMs ?? Math.max(1000, asked.endMs - asked.startMs)) * NS_PER_MS,
        intervalNs: 0n,
        limit: asked.limit || LINES,
        direction: 'backward',
        categorize: true,
      }
    case 'instant':
      return { kind: 'instant', query, timeNs: range.toNs }
    case 'labels':
      return { kind: 'labels', query, range }
    case 'labelValues':
      if (name === '') throw invalid('name', 'want the name of a label')
      return { kind: 'labelValues', name, query, range }
    case 'series':
      return { kind: 'series', selectors: query === '' ? [] : [query], range }
    case 'exemplars':
      throw invalid('kind', 'lines of log have no exemplars')
  }
}
