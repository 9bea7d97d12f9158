import { expect, test } from 'vitest'
import type { LabelPairs } from '../metrics/family.ts'
import { counterLine, gaugeLines, headOf, observationLines, packLines } from './statsd-lines.ts'

const STAGE: LabelPairs = [
  ['pipeline', 'orders'],
  ['stage', 'sink'],
]

test.each([
  ['records_total', [], 'tags', 'records_total:5|c'],
  ['records_total', [['topic', 'a,b|c#d\ne']], 'tags', 'records_total:5|c|#topic:a_b_c_d_e'],
  ['records_total', [['url', 'http://x']], 'tags', 'records_total:5|c|#url:http://x'],
  ['records_total', [['topic', 'a.b:c d']], 'name', 'records_total.a_b_c_d:5|c'],
  [
    'pipeline_stage_records_total',
    STAGE,
    'tags',
    'weir.stage.records:5|c|#pipeline:orders,stage:sink',
  ],
  ['pipeline_stage_records_total', STAGE, 'name', 'weir.pipeline.orders.sink.records:5|c'],
] as const)('%s %j by %s is %s', (metric, labels, dialect, line) =>
  expect(counterLine(headOf(metric, labels, dialect), 5)).toBe(line),
)

test('a gauge below zero goes in two steps, because a sign means a change to many servers', () => {
  const head = headOf('g', [], 'tags')
  expect(gaugeLines(head, 4)).toEqual(['g:4|g'])
  expect(gaugeLines(head, -4)).toEqual(['g:0|g', 'g:-4|g'])
})

test.each([
  ['s', 1, 'tags', ['t:100:300|ms|#p:x']],
  ['ms', 1, 'tags', ['t:0.1:0.30000000000000004|h|#p:x']],
  ['s', 0.25, 'tags', ['t:100:300|ms|@0.25|#p:x']],
  ['s', 1, 'name', ['t.x:100|ms', 't.x:300|ms']],
] as const)('observations in %s at rate %d by %s', (unit, rate, dialect, lines) =>
  expect(
    observationLines(
      headOf('t', [['p', 'x']], dialect),
      { unit, rate, values: [0.1, 0.1 + 0.2] },
      dialect,
    ),
  ).toEqual(lines),
)

test('lines fill packets up to the limit, and one that is too long is left out', () => {
  const { packets, tooLong } = packLines(['aaaa', 'bbbb', 'cc', 'd'.repeat(11), 'e'], 10)
  expect(packets.map(String)).toEqual(['aaaa\nbbbb', 'cc\ne'])
  expect(tooLong).toBe(1)
})
