import { type Labels, WeirError } from '@weir/model'
import type { LogSource } from '../source.ts'
import type { LogExpr } from './ast.ts'
import { entryOf } from './entries.ts'
import type { Guard } from './guard.ts'
import { LineState } from './pipeline/line-state.ts'
import { ALL_WANTED } from './pipeline/wanted.ts'
import type { RangeQuery } from './request.ts'
import type { LogEntry } from './result.ts'
import { selectionOf } from './selection.ts'

/** Lines through a pipeline, until there are as many as are wanted. */
export async function runLines(
  source: LogSource,
  expr: LogExpr,
  request: RangeQuery,
  guard: Guard,
): Promise<readonly LogEntry[]> {
  const { limit, direction, intervalNs = 0n } = request
  if (limit > guard.limits.entriesMax) {
    throw new WeirError(
      'LOGQL_TOO_MANY_ENTRIES',
      `Cannot answer with ${limit} lines: want a limit of at most ${guard.limits.entriesMax}`,
    )
  }
  const range = { fromNs: request.startNs, toNs: request.endNs }
  const selection = selectionOf(expr, ALL_WANTED)
  const streams = source.streams(selection.matchers, range)
  guard.streams = streams.length
  if (streams.length === 0 || limit <= 0 || range.fromNs >= range.toNs) return []
  const wanted = {
    streams,
    range,
    order: direction,
    conditions: selection.conditions,
    needsText: true,
    ...(selection.isExact && intervalNs === 0n && { expected: limit }),
    ...(guard.signal !== undefined && { signal: guard.signal }),
  }
  const { stages } = selection
  const state = new LineState()
  const entries: LogEntry[] = []
  let lastNs: bigint | undefined
  for await (const lines of source.lines(wanted)) {
    next: for (let i = 0; i < lines.count; i++) {
      guard.read()
      state.begin(lines, i)
      guard.bytesRead += state.line.length
      for (let k = 0; k < stages.length; k++) if (!stages[k]!(state)) continue next
      if (intervalNs > 0n && lastNs !== undefined) {
        const apart = direction === 'forward' ? state.timeNs - lastNs : lastNs - state.timeNs
        if (apart < intervalNs) continue
      }
      lastNs = state.timeNs
      const entry = entryOf(state)
      guard.answer(entry.line.length + charsOf(entry.parsed) + charsOf(entry.metadata))
      entries.push(entry)
      if (entries.length === limit) return entries
    }
    guard.look()
  }
  return entries
}

function charsOf({ flat }: Labels): number {
  let chars = 0
  for (const text of flat) chars += text.length
  return chars
}
