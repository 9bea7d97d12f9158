import { expect, test } from 'vitest'
import type { TsdbStatus } from '../api/prometheus.ts'
import { cardinalityRows } from './cardinality-rows.ts'

const rows = (...names: readonly string[]): { name: string; value: number }[] =>
  names.map((name, i) => ({ name, value: 40 - 10 * i }))
const STATUS = {
  seriesCountByMetricName: rows('a:b_total', 'http.server'),
  labelValueCountByLabelName: rows('le', 'service.name'),
  seriesCountByLabelValuePair: rows('job=a=b', 'service.name=say "x"'),
} as unknown as TsdbStatus

test.each([
  ['metrics', '', ['a:b_total', '{"http.server"}']],
  [
    'labels',
    '',
    [
      'sort_desc(count by (le) ({le!=""}))',
      'sort_desc(count by ("service.name") ({"service.name"!=""}))',
    ],
  ],
  [
    'pairs',
    '',
    [
      'sort_desc(count by (__name__) ({job="a=b"}))',
      String.raw`sort_desc(count by (__name__) ({"service.name"="say \"x\""}))`,
    ],
  ],
  ['metrics', 'SERVER  http', ['{"http.server"}']],
  ['metrics', 'nothing', []],
] as const)('%s with %j in the name', (kind, search, want) => {
  expect(cardinalityRows(STATUS, kind, search).map(({ expr }) => expr)).toEqual(want)
})

test('bars are measured by the largest', () => {
  expect(cardinalityRows(STATUS, 'metrics', '').map(({ share }) => share)).toEqual([1, 0.75])
})
