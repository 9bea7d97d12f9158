import type { LogEntry, TimeRange } from '@weir/logs'
import { logExprOf } from '../../log-query/query-bounds.ts'
import type { LokiClient } from './loki-client.ts'
import { lokiLines } from './loki-lines.ts'

/** Pieces of the time asked for, of which each gives its newest lines. */
const PIECES = 5n

/**
 * All lines of a query when there are no more than wanted; otherwise the newest ones of equal pieces of the time,
 * so that what they say is not only what the last minute said.
 */
export async function lokiSample(
  loki: Pick<LokiClient, 'ask'>,
  wanted: { readonly query: string; readonly range: TimeRange; readonly linesMax: number },
  signal: AbortSignal,
): Promise<{ readonly lines: readonly LogEntry[]; readonly isWhole: boolean }> {
  const { query, range, linesMax } = wanted
  logExprOf(query)
  const take = (within: TimeRange, limit: number): Promise<readonly LogEntry[]> =>
    lokiLines(loki, { query, range: within, limit, direction: 'backward' }, signal)
  const newest = await take(range, linesMax)
  if (newest.length < linesMax) return { lines: newest, isWhole: true }
  const spanNs = range.toNs - range.fromNs
  const pieces = Array.from({ length: Number(PIECES) }, (_, i) => ({
    fromNs: range.fromNs + (spanNs * BigInt(i)) / PIECES,
    toNs: range.fromNs + (spanNs * BigInt(i + 1)) / PIECES,
  }))
  const each = Math.ceil(linesMax / pieces.length)
  const lines = (await Promise.all(pieces.map((piece) => take(piece, each)))).toReversed().flat()
  // What there is may lie in one piece only, whose newest are fewer than what was read already.
  return { lines: lines.length < linesMax / 2 ? newest : lines, isWhole: false }
}
