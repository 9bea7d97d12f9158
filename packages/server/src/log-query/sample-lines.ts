import {
  type LogExpr,
  type LogSource,
  type LogEntry,
  type TimeRange,
  runLogQuery,
} from '@weir/logs'
import { evenPieces } from './even-pieces.ts'
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
const PIECES = 5

/**
 * All lines of a query when there are no more than wanted; otherwise lines from everywhere in the time asked
 * for, so that what they say is not only what the last minute said: the time is cut into pieces that hold about
 * equally many lines of the streams, each of which gives its newest ones.
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
  const wanted = { matchers: expr.matchers, range, max, pieces: PIECES }
  const { pieces, isExact } = await evenPieces(source, wanted, at)
  // Where more lines are known to be there than wanted, nothing has to be read to see it.
  const isKnownMore = isExact && expr.stages.length === 0 && pieces.length > 1
  const newest = isKnownMore ? undefined : await take(range, max + 1)
  if (newest !== undefined && newest.length <= max) return { lines: newest, isWhole: true }
  const each = Math.ceil(max / pieces.length)
  const lines: LogEntry[] = []
  for (const piece of pieces) {
    const isRead = newest !== undefined && piece.toNs === range.toNs
    const found = isRead
      ? newest.slice(0, each).filter(({ timeNs }) => timeNs >= piece.fromNs)
      : await take(piece, Math.min(each, max - lines.length))
    for (const line of found) lines.push(line)
    if (lines.length === max) break
  }
  // What the query selects may lie in one piece only, whose newest are fewer than what was read already.
  const isFew = lines.length < max / 2
  return {
    lines: isFew ? (newest ?? (await take(range, max))).slice(0, max) : lines,
    isWhole: false,
  }
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
