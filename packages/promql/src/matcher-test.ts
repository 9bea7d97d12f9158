import { type Labels, type Matcher, WeirError } from '@weir/model'
import { compileRegex } from './regex.ts'

/**
 * A matcher as a question to labels that lie at hand.
 *
 * @throws {WeirError} `QUERY_PARSE` for a regular expression that cannot be read
 */
export function matcherTest(matcher: Matcher): (labels: Labels) => boolean {
  const { name, operator, value } = matcher
  switch (operator) {
    case '=':
      return (labels) => labels.get(name) === value
    case '!=':
      return (labels) => labels.get(name) !== value
    case '=~':
    case '!~': {
      const regex = compileRegex(value)
      if (typeof regex === 'string') {
        throw new WeirError('QUERY_PARSE', `Cannot match "${name}" by "${value}": ${regex}`)
      }
      return (labels) => regex.matches(labels.get(name)) === (operator === '=~')
    }
    default:
      return operator satisfies never
  }
}

/** Whether all matchers of one of the selectors hold. */
export function selectorTest(
  selectors: readonly (readonly Matcher[])[],
): (labels: Labels) => boolean {
  const tests = selectors.map((matchers) => matchers.map(matcherTest))
  return (labels) => tests.some((all) => all.every((test) => test(labels)))
}
