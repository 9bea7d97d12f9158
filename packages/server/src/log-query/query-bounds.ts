import { type LogExpr, type LogQueryRequest, parseLogQL } from '@weir/logs'
import { WeirError } from '@weir/model'
import type { LogCircumstances } from './execute.ts'

/** What LogQL is told of the limits of a question and of its end. */
export function queryBounds(
  { limits, signal, clock, deadlineMs }: LogCircumstances,
  entriesMax = limits.linesMax,
): Pick<LogQueryRequest, 'limits' | 'signal' | 'deadline'> {
  return {
    limits: { entriesMax, seriesMax: limits.seriesMax },
    signal,
    deadline: { clock, atMonotonicMs: deadlineMs },
  }
}

/**
 * A query that selects lines.
 *
 * @throws {WeirError} `LOGQL_PARSE`, also for a query that gives numbers
 */
export function logExprOf(query: string): LogExpr {
  const expr = parseLogQL(query)
  if (expr.kind === 'log') return expr
  throw new WeirError(
    'LOGQL_PARSE',
    'Cannot take a metric query here: want one that selects lines, such as {app="shop"} |= "error"',
  )
}
