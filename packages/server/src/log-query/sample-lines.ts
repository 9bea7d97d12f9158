import {
  type LogExpr,
  type LogSource,
  type LogEntry,
  type TimeRange,
  runLogQuery,
} from '@weir/logs'
import type { LogCircumstances } from './execute.ts'
import { logExprOf, queryBounds } from './query-bounds.ts'

export interface SampleRequest {
  /** A log query. */
  readonly query: string
  readonly range: TimeRange
  /** About how many lines at most. */
  readonly linesMax: number
}

/** Some of the lines of a query. */
export interface LineSample {
  /** Newest first. */
  readonly lines: readonly LogEntry[]
  /** Whether these are all there are. */
  readonly isWhole: boolean
}

/** Pieces of the time asked for, of which each gives its newest lines. */
const SLICES = 8n

/**
 * The newest lines of a query when these are all there are; otherwise lines from everywhere in the time asked
 * for, so that what they say is not only what the last minute said.
 */
export async function sampleLines(
  source: LogSource,
  { query, range, linesMax }: SampleRequest,
  at: LogCircumstances,
): Promise<LineSample> {
  const max = Math.min(linesMax, at.limits.sampleLines)
  const expr = logExprOf(query)
  const take = (within: TimeRange, limit: number): Promise<readonly LogEntry[]> =>
    newestLines(source, { expr, within, limit }, at)
  const newest = await take(range, max + 1)
  if (newest.length <= max) return { lines: newest, isWhole: true }
  const lengthNs = (range.toNs - range.fromNs) / SLICES
  const each = Math.ceil(max / Number(SLICES))
  if (lengthNs <= 0n || max < Number(SLICES)) {
    return { lines: newest.slice(0, max), isWhole: false }
  }
  const lines: LogEntry[] = []
  for (let k = SLICES - 1n; k >= 0n; k--) {
    const fromNs = range.fromNs + k * lengthNs
    const toNs = k === SLICES - 1n ? range.toNs : fromNs + lengthNs
    for (const line of await take({ fromNs, toNs }, each)) lines.push(line)
  }
  // Where lines are in one slice only, that slice's newest are fewer than what was read already.
  return lines.length < max / 4
    ? { lines: newest.slice(0, max), isWhole: false }
    : { lines, isWhole: false }
}

/** The newest lines of a query, as Loki looks at them for fields. */
export async function newestOf(
  source: LogSource,
  { query, range, linesMax }: SampleRequest,
  at: LogCircumstances,
): Promise<readonly LogEntry[]> {
  const limit = Math.min(linesMax, at.limits.sampleLines)
  return newestLines(source, { expr: logExprOf(query), within: range, limit }, at)
}

async function newestLines(
  source: LogSource,
  {
    expr,
    within,
    limit,
  }: { readonly expr: LogExpr; readonly within: TimeRange; readonly limit: number },
  at: LogCircumstances,
): Promise<readonly LogEntry[]> {
  const { value } = await runLogQuery(source, {
    kind: 'range',
    query: expr,
    startNs: within.fromNs,
    endNs: within.toNs,
    stepNs: 1n,
    direction: 'backward',
    limit,
    ...queryBounds(at, limit),
  })
  return value.kind === 'streams' ? value.entries : []
}
