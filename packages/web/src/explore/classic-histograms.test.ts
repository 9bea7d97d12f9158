import { expect, test } from 'vitest'
import type { MatrixSeries } from '../api/prometheus.ts'
import { classicHistograms, hasBuckets } from './classic-histograms.ts'

const bucket = (
  le: string,
  values: readonly number[],
  more: Record<string, string> = {},
): MatrixSeries => ({
  metric: { ...more, le },
  values: values.map((value, i) => [60 * i, String(value)] as const),
})

/** `0..0.1: 2, …` at each step. */
function told(series: readonly MatrixSeries[]): string[] {
  return classicHistograms(series).flatMap(({ histograms }) =>
    histograms.map(
      ([at, { buckets = [] }]) =>
        `${at}: ${buckets.map(([, lower, upper, count]) => `${lower}..${upper} ${count}`).join(', ')}`,
    ),
  )
}

test('rates of buckets become what lies between their bounds, whatever their order', () => {
  const rates = [bucket('+Inf', [10, 12]), bucket('0.5', [9, 9]), bucket('0.1', [4, 0])]
  expect(told(rates)).toEqual([
    '0: 0..0.1 4, 0.1..0.5 5, 0.5..+Inf 1',
    '60: 0..0.1 0, 0.1..0.5 9, 0.5..+Inf 3',
  ])
})

test('counters show what came since the step before, also when they begin anew', () => {
  const name = { __name__: 'x_bucket' }
  const counters = [bucket('1', [100, 103, 2], name), bucket('+Inf', [200, 210, 2], name)]
  expect(told(counters)).toEqual(['60: 0..1 3, 1..+Inf 7', '120: 0..1 2, 1..+Inf 0'])
})

test('series that differ in another label are histograms of their own', () => {
  const found = classicHistograms([
    bucket('1', [1], { job: 'a' }),
    bucket('1', [1], { job: 'b' }),
    bucket('+Inf', [2], { job: 'a' }),
  ])
  expect(found.map(({ metric }) => metric)).toEqual([{ job: 'a' }, { job: 'b' }])
})

test('what is no bucket, has a gap, falls or is negative is held', () => {
  expect(hasBuckets([bucket('high', [1]), { metric: { job: 'a' }, values: [[0, '1']] }])).toBe(
    false,
  )
  expect(hasBuckets([bucket('0.5', [1])])).toBe(true)
  expect(told([bucket('1', [5]), bucket('2', [NaN]), bucket('+Inf', [4])])).toEqual([
    '0: 0..1 5, 1..+Inf 0',
  ])
  expect(told([bucket('-1', [1])])).toEqual(['0: -Inf..-1 1'])
  expect(told([])).toEqual([])
})
