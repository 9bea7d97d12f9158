import { type Matcher, WeirError } from '@weir/model'
import { parseSelector } from '@weir/promql'
import { type LabelTest, testOf } from './label-test.ts'

const NON_EMPTY = 'must contain at least one non-empty matcher'

/**
 * The conditions of a `match[]`.
 *
 * @throws {WeirError} `QUERY_PARSE`, also for a selector that wants nothing: it would be the whole store by accident
 */
export function matchersOf(selector: string): readonly Matcher[] {
  try {
    return parseSelector(selector)
  } catch (error) {
    // Clients of Prometheus know this refusal by another sentence than in a query.
    if (!(error instanceof WeirError) || !error.message.endsWith(NON_EMPTY)) throw error
    throw new WeirError('QUERY_PARSE', `match[] ${NON_EMPTY}`)
  }
}

/** A `match[]` as a test on labels that lie at hand, for lists that are no series (rules). */
export function labelTest(selector: string): LabelTest {
  return testOf(matchersOf(selector))
}
