import { expect, test } from 'vitest'
import { barsOf, histogramOf, spanBetween, ticksOf } from './histogram-data.ts'

test.each([
  ['an hour', 0, 3_600_000, 60_000],
  ['five minutes', 0, 300_000, 5000],
  ['a week', 0, 604_800_000, 7_200_000],
])('%s has bars of whole steps', (_, from, to, stepMs) => {
  const bars = barsOf(from + 1234, to + 1234)
  expect(bars).toEqual({ startMs: from, endMs: to + stepMs, stepMs })
})

const SPAN = { startMs: 60_000, endMs: 240_000, stepMs: 60_000 }
const HISTOGRAM = histogramOf(
  [
    {
      metric: { detected_level: 'info' },
      values: [
        [120, '5'],
        [180, '7'],
        [240, '1'],
        [300, '9'],
      ],
    },
    { metric: { detected_level: 'ERROR' }, values: [[180, '2']] },
    {
      metric: {},
      values: [
        [60, '9'],
        [120, '1'],
      ],
    },
    { metric: { detected_level: 'debug' }, values: [[180, '0']] },
  ],
  SPAN,
)

test('a value counts the step before it; what lies outside is left out', () => {
  expect(HISTOGRAM.bars.map(({ fromMs, lines }) => [fromMs, lines])).toEqual([
    [60_000, 6],
    [120_000, 9],
    [180_000, 1],
  ])
  expect(HISTOGRAM.bars[1]!.parts).toEqual([
    { level: 'error', lines: 2 },
    { level: 'info', lines: 7 },
  ])
  expect(HISTOGRAM).toMatchObject({ lines: 16, highest: 9 })
  expect(HISTOGRAM.totals.map(({ level }) => level)).toEqual(['error', 'info', 'unknown'])
})

test.each([
  [0, 0, 60_000, 120_000],
  [0.4, 0.9, 120_000, 240_000],
  [1, 0.7, 180_000, 240_000],
  [-1, 2, 60_000, 240_000],
])('from %d to %d is %d to %d', (a, b, fromMs, toMs) => {
  expect(spanBetween(HISTOGRAM, a, b)).toEqual({ fromMs, toMs })
})

test('times under the bars are few and round', () => {
  const hour = Date.UTC(2026, 10, 21, 9)
  const ticks = ticksOf(hour + 60_000, hour + 3_660_000, 6)
  expect(ticks).toEqual([15, 30, 45, 60].map((minute) => hour + minute * 60_000))
})

test('no lines are no bars of any height', () => {
  expect(histogramOf([], SPAN)).toMatchObject({ lines: 0, highest: 0, totals: [] })
})
