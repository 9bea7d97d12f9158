import { type LogBatch, WeirError } from '@weir/model'
import { streamTest } from '../stream-test.ts'
import type { LogQLExpr } from './ast.ts'
import { BatchLines } from './batch-lines.ts'
import { entryOf } from './entries.ts'
import { parseLogQL } from './parse/parse.ts'
import { LineState } from './pipeline/line-state.ts'
import { ALL_WANTED } from './pipeline/wanted.ts'
import type { LogEntry } from './result.ts'
import { selectionOf } from './selection.ts'

/**
 * A query for lines as a filter of batches, for live tail: each batch that is kept goes in, what the query
 * would answer of it comes out, in the batch's order.
 *
 * @throws {WeirError} `LOGQL_PARSE`, also for queries that give numbers
 */
export function tailFilter(query: string | LogQLExpr): (batch: LogBatch) => readonly LogEntry[] {
  const expr = typeof query === 'string' ? parseLogQL(query) : query
  if (expr.kind !== 'log') {
    throw new WeirError('LOGQL_PARSE', 'Cannot tail a metric query: want a query for lines')
  }
  const selection = selectionOf(expr, ALL_WANTED)
  const test = streamTest(selection.matchers)
  const { stages } = selection
  const state = new LineState()
  return (batch) => {
    const isWanted = batch.streams.map(test)
    if (!isWanted.includes(true)) return []
    const lines = new BatchLines(batch)
    const entries: LogEntry[] = []
    next: for (let i = 0; i < batch.count; i++) {
      if (!isWanted[batch.streamOf[i]!]!) continue
      state.begin(lines, i)
      for (let k = 0; k < stages.length; k++) if (!stages[k]!(state)) continue next
      entries.push(entryOf(state))
    }
    return entries
  }
}
