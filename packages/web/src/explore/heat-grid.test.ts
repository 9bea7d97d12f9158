import { expect, test } from 'vitest'
import type { HistogramPair } from '../api/prometheus.ts'
import { heatGrid } from './heat-grid.ts'

const at = (
  seconds: number,
  ...buckets: readonly (readonly [lower: string, upper: string, count: string])[]
): HistogramPair => [
  seconds,
  {
    count: '0',
    sum: '0',
    buckets: buckets.map(([lower, upper, count]) => [0, lower, upper, count]),
  },
]
const range = { from: 0, to: 120, step: 60 }

test('rows lie between the bounds of all buckets, columns on the steps', () => {
  const grid = heatGrid([at(0, ['1', '2', '3']), at(120, ['2', '4', '5'], ['-1', '1', '1'])], range)
  expect(grid.bounds).toEqual([-1, 1, 2, 4])
  expect(grid.columnCount).toBe(3)
  expect([...grid.counts]).toEqual([0, 3, 0, 0, 0, 0, 1, 0, 5])
  expect(grid.most).toBe(5)
})

test('a bucket over several rows is spread, none of it lost', () => {
  const grid = heatGrid([at(0, ['1', '4', '6']), at(60, ['1', '2', '1'], ['2', '4', '1'])], range)
  expect([...grid.counts]).toEqual([3, 3, 1, 1, 0, 0])
})

test('bounds without end have rows of their own', () => {
  const grid = heatGrid([at(0, ['-Inf', '0.5', '3'], ['2.5', '+Inf', '4'])], range)
  expect(grid.bounds).toEqual([Number.NEGATIVE_INFINITY, 0.5, 2.5, Number.POSITIVE_INFINITY])
  expect([...grid.counts.subarray(0, 3)]).toEqual([3, 0, 4])
})

test('samples outside the range and empty histograms leave no mark', () => {
  const grid = heatGrid([at(-60, ['1', '2', '3']), [0, { count: '0', sum: '0' }]], range)
  expect(grid.most).toBe(0)
  expect(heatGrid([], range)).toMatchObject({ bounds: [], most: 0 })
})

test('very fine buckets are joined', () => {
  const fine = Array.from({ length: 1000 }, (_, i) => [String(i), String(i + 1), '1'] as const)
  const grid = heatGrid([at(0, ...fine)], range)
  expect(grid.bounds.length).toBeLessThanOrEqual(161)
  expect([grid.bounds[0], grid.bounds.at(-1)]).toEqual([0, 1000])
  expect(grid.counts.reduce((sum, count) => sum + count, 0)).toBeCloseTo(1000)
})
