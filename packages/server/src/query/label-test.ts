import type { Matcher } from '@weir/model'
import { RE2JS } from 're2js'

/** Whether a set of labels is wanted. */
export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean

/** Matchers as a test on labels that lie at hand, for what is no series. */
export function testOf(matchers: readonly Matcher[]): LabelTest {
  const tests = matchers.map(matcherTest)
  return (labels) => tests.every((test) => test(labels))
}

function matcherTest({ name, operator, value }: Matcher): LabelTest {
  if (operator === '=') return (labels) => (labels[name] ?? '') === value
  if (operator === '!=') return (labels) => (labels[name] ?? '') !== value
  const regex = RE2JS.compile(value, RE2JS.DOTALL)
  const wanted = operator === '=~'
  return (labels) => regex.matches(labels[name] ?? '') === wanted
}
