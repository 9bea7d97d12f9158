import { PACKS, packRuleGroups } from '@weir/packs'
import { expect, test } from 'vitest'
import { victoriaExpr } from './victoria-expr.ts'

test.each([
  ['sum(rate(x[5m]))', 'sum(rate(x[5m]))'],
  ['  sum ( x )', '  sum ( x )'],
  ['histogram_count(x{a="b"})', '(x_count{a="b"})'],
  ['histogram_count(rate(x{a="b"}[5m])) > 1', '(rate(x_count{a="b"}[5m])) > 1'],
  ['sum by (job) (histogram_sum(x offset 5m))', 'sum by (job) ((x_sum offset 5m))'],
  ['histogram_avg(rate(x[5m]))', '((rate(x_sum[5m])) / (rate(x_count[5m])))'],
  ['histogram_count(x or y) or z', '(x_count or y_count) or z'],
  ['histogram_count({__name__=~"x.*"})', 'histogram_count({__name__=~"x.*"})'],
  ['histogram_count(', 'histogram_count('],
  ['my_histogram_count', 'my_histogram_count'],
  ['histogram_quantile(0.9, x_bucket)', 'histogram_quantile(0.9, x_bucket)'],
])('%s becomes %s', (text, want) => {
  expect(victoriaExpr(text)).toBe(want)
})

test('no rule of a pack asks VictoriaMetrics for what it has not', () => {
  const exprs = PACKS.flatMap(packRuleGroups).flatMap(({ rules }) => rules.map(({ expr }) => expr))
  const refused = exprs
    .map(victoriaExpr)
    .filter((expr) => /\b(?:histogram_(?:count|sum|avg|fraction|stddev)|info)\(/.test(expr))
  expect(exprs.length).toBeGreaterThan(500)
  expect(refused).toEqual([])
})
