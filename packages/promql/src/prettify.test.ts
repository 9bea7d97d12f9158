import { expect, test } from 'vitest'
import { FEATURES } from './features.ts'
import { parseExpr } from './parse/parse.ts'
import { prettify } from './prettify.ts'
import { treeJson } from './tree-json.ts'

const ALL = new Set(FEATURES)
const layout = (text: string): string => prettify(parseExpr(text, ALL))
const tree = (text: string): unknown => JSON.parse(JSON.stringify(treeJson(parseExpr(text, ALL))))

test('what fits on a line stays on one', () => {
  expect(layout('sum(rate(x[5m]))by(y) # why')).toBe('sum by (y) (rate(x[5m]))')
  expect(layout('x{b="1",a="2"} smoothed offset 5m @ 3')).toBe(
    'x{a="2",b="1"} @ 3.000 smoothed offset 5m',
  )
  expect(layout('{"a.b"}[5m+step()] anchored')).toBe('{__name__="a.b"}[5m + step()] anchored')
  expect(layout('a + fill_left(1) fill_right(2) b')).toBe('a + fill_left (1) fill_right (2) b')
  expect(layout('a </ 5 >/ b')).toBe('a </ 5 >/ b')
})

test('longer expressions are broken at operators and parentheses', () => {
  const long = 'a_rather_long_metric_name_total{and="labels"}'
  expect(layout(`sum by (job) (rate(${long}[5m])) / on (job) group_left (x) max(topk(3, ${long}))`))
    .toBe(`  sum by (job) (rate(${long}[5m]))
/ on (job) group_left (x)
  max(topk(3, ${long}))`)
  expect(layout(`histogram_quantile(0.9, sum by (le) (rate(${long}[5m])) + sum(${long}))`))
    .toBe(`histogram_quantile(
  0.9,
    sum by (le) (rate(${long}[5m]))
  +
    sum(${long})
)`)
})

test('the tree has the shape that pages draw', () => {
  expect(tree('topk(3, x{a="b"} offset 5m) == bool on (y) group_left () -z')).toMatchObject({
    type: 'binaryExpr',
    op: '==',
    bool: true,
    matching: { card: 'many-to-one', on: true, labels: ['y'], include: [] },
    lhs: {
      type: 'aggregation',
      op: 'topk',
      param: { type: 'numberLiteral', val: '3' },
      expr: {
        type: 'vectorSelector',
        name: 'x',
        offset: 300_000,
        matchers: [
          { name: 'a', type: '=', value: 'b' },
          { name: '__name__', type: '=', value: 'x' },
        ],
      },
    },
    rhs: { type: 'unaryExpr', op: '-', expr: { type: 'vectorSelector', name: 'z' } },
  })
  expect(tree('max_over_time(x[5m:step()] @ end())')).toMatchObject({
    type: 'call',
    func: { name: 'max_over_time', argTypes: ['matrix'], returnType: 'vector', variadic: 0 },
    args: [{ type: 'subquery', range: 300_000, startOrEnd: 'end', stepExpr: { op: 'step' } }],
  })
})
