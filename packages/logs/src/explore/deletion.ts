import { WeirError } from '@weir/model'
import { parseLogQL } from '../logql/parse/parse.ts'
import { ALL_WANTED } from '../logql/pipeline/wanted.ts'
import { selectionOf } from '../logql/selection.ts'
import type { TimeRange } from '../source.ts'
import type { DeleteRequest } from '../store/keeper.ts'

/**
 * What the store is to take out for a query: a selector, and filters that it can test by itself.
 *
 * @throws {WeirError} `LOGQL_PARSE`, also for a query whose lines only a pipeline can tell
 */
export function deletionOf(query: string, range: TimeRange): DeleteRequest {
  const expr = parseLogQL(query)
  const refused = (): WeirError =>
    new WeirError(
      'LOGQL_PARSE',
      'Cannot delete by this query: want a selector and line filters, such as {app="shop"} |= "card"',
    )
  if (expr.kind !== 'log') throw refused()
  const { matchers, conditions, isExact } = selectionOf(expr, ALL_WANTED)
  if (!isExact) throw refused()
  return { matchers, range, conditions }
}
