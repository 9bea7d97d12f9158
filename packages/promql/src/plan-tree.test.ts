import { expect, test } from 'vitest'
import { parseExpr } from './parse/parse.ts'
import { type PlanNode, planTree } from './plan-tree.ts'

/** A line a step, deeper ones further in. */
function drawn(node: PlanNode, depth = 0): string[] {
  return [
    `${'  '.repeat(depth)}${node.title}`,
    ...node.inputs.flatMap((input) => drawn(input, depth + 1)),
  ]
}

test.each<[string, string[]]>([
  ['up', ['select up']],
  ['{job="x"}', ['select series']],
  [
    'sum by (job) (rate(http_requests_total{code=~"5.."}[5m])) / 2',
    ['/', '  sum by (job)', '    rate over 5m', '      select http_requests_total', '  2'],
  ],
  ['topk(3, (a))', ['topk', '  3', '  select a']],
  [
    'max_over_time(rate(a[1m])[1h:])',
    ['max_over_time', '  evaluate over 1h', '    rate over 1m', '      select a'],
  ],
  ['-(a)', ['-', '  select a']],
  ['sum without (pod) (a)', ['sum without (pod)', '  select a']],
])('the plan of %s', (text, want) => {
  expect(drawn(planTree(parseExpr(text)))).toEqual(want)
})

test.each([
  ['a * b', 'Series with the same labels are paired.'],
  ['a * on (x) group_left b', 'Series are paired by x; several on the left.'],
  ['a + on () b', 'Series are paired by nothing: one on each side.'],
  ['a - ignoring (x, y) b', 'Series are paired by all labels but x, y.'],
  ['a > 5', 'Value by value.'],
])('%s says how it pairs', (text, how) => {
  expect(planTree(parseExpr(text)).how).toBe(how)
})

test('each step can be asked by itself', () => {
  const plan = planTree(parseExpr('sum(rate(a{b="c"}[5m] offset 1h)) > bool (1 + 2)'))
  const all = (node: PlanNode): string[] => [node.expr, ...node.inputs.flatMap(all)]
  for (const expr of all(plan)) expect(() => parseExpr(expr)).not.toThrow()
})
