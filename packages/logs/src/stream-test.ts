import type { Labels, Matcher } from '@weir/model'
import { valueTest } from '@weir/promql'

/** Whether the labels of a stream meet all matchers; an absent label is ''. */
export function streamTest(matchers: readonly Matcher[]): (labels: Labels) => boolean {
  const tests = matchers.map((matcher) => ({ name: matcher.name, test: valueTest(matcher) }))
  return (labels) => tests.every(({ name, test }) => test(labels.get(name)))
}
