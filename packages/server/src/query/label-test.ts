import type { Matcher } from '@weir/model'
import { parseSelector } from '@weir/promql'
import { RE2JS } from 're2js'

/** Whether a set of labels is wanted. */
export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean

/**
 * A selector as a test on labels that lie at hand, for lists that are no series (rules).
 *
 * @throws {WeirError} when the selector does not parse
 */
export function labelTest(selector: string): LabelTest {
  const tests = parseSelector(selector).map(matcherTest)
  return (labels) => tests.every((test) => test(labels))
}

function matcherTest({ name, operator, value }: Matcher): LabelTest {
  if (operator === '=') return (labels) => (labels[name] ?? '') === value
  if (operator === '!=') return (labels) => (labels[name] ?? '') !== value
  const regex = RE2JS.compile(value, RE2JS.DOTALL)
  const wanted = operator === '=~'
  return (labels) => regex.matches(labels[name] ?? '') === wanted
}

/** Whether a matcher holds for series that lack its label. */
export function matchesEmpty(matcher: Matcher): boolean {
  return matcherTest(matcher)({})
}
