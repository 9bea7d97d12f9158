import { type Labels, type Matcher, WeirError } from '@weir/model'
import { compileRegex } from './regex.ts'

/**
 * What a matcher asks of a label's value; an absent label's is ''.
 *
 * @throws {WeirError} `QUERY_PARSE` for a regular expression that cannot be read
 */
export function valueTest({ name, operator, value }: Matcher): (text: string) => boolean {
  switch (operator) {
    case '=':
      return (text) => text === value
    case '!=':
      return (text) => text !== value
    case '=~':
    case '!~': {
      const regex = compileRegex(value)
      if (typeof regex === 'string') {
        throw new WeirError('QUERY_PARSE', `Cannot match "${name}" by "${value}": ${regex}`)
      }
      return (text) => regex.matches(text) === (operator === '=~')
    }
    default:
      return operator satisfies never
  }
}

/** A matcher as a question to labels that lie at hand. */
export function matcherTest(matcher: Matcher): (labels: Labels) => boolean {
  const test = valueTest(matcher)
  return (labels) => test(labels.get(matcher.name))
}

/** Whether all matchers of one of the selectors hold. */
export function selectorTest(
  selectors: readonly (readonly Matcher[])[],
): (labels: Labels) => boolean {
  const tests = selectors.map((matchers) => matchers.map(matcherTest))
  return (labels) => tests.some((all) => all.every((test) => test(labels)))
}
