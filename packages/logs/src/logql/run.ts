import { WeirError } from '@weir/model'
import type { LogSource } from '../source.ts'
import { Guard } from './guard.ts'
import { parseLogQL } from './parse/parse.ts'
import type { LogQueryRequest } from './request.ts'
import type { LogQueryResult, LogQueryValue } from './result.ts'
import { runLines } from './run-lines.ts'
import { runMetric } from './run-metric.ts'

/**
 * Answers a LogQL query from a source.
 *
 * @throws {WeirError} `LOGQL_PARSE`, `LOGQL_UNSUPPORTED`, `LOGQL_EXECUTION`, `LOGQL_TOO_MANY_ENTRIES`,
 *   `LOGQL_TOO_MANY_SERIES`, `LOGQL_TOO_MANY_SAMPLES`, `LOGQL_TOO_MANY_LINES`, `LOGQL_CANCELED`, `LOGQL_TIMEOUT`
 */
export async function runLogQuery(
  source: LogSource,
  request: LogQueryRequest,
): Promise<LogQueryResult> {
  const guard = new Guard(request)
  const value = await answer(source, request, guard)
  return { value, stats: guard.stats }
}

async function answer(
  source: LogSource,
  request: LogQueryRequest,
  guard: Guard,
): Promise<LogQueryValue> {
  const { query } = request
  const expr = typeof query === 'string' ? parseLogQL(query) : query
  guard.look()
  if (expr.kind === 'log') {
    if (request.kind === 'range') {
      return { kind: 'streams', entries: await runLines(source, expr, request, guard) }
    }
    throw new WeirError(
      'LOGQL_PARSE',
      'log queries are not supported as an instant query type, please change your query to a range query type',
    )
  }
  return runMetric(source, expr, request, guard)
}
