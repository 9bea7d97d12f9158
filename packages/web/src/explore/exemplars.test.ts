import { expect, test } from 'vitest'
import { heightIn, isOf, newestFirst } from './exemplars.ts'

const GRID = {
  bounds: [1, 2, 4, Number.POSITIVE_INFINITY],
  columnCount: 1,
  counts: new Float64Array(3),
  most: 0,
}

test.each([
  [0.5, undefined],
  [1, undefined], // bounds belong to the bucket below
  [1.5, 0.5 / 3],
  [2, 1 / 3],
  [3, 1.5 / 3],
  [100, 2.5 / 3], // in a bucket without end: its middle
])('%d lies at %s', (value, want) => expect(heightIn(GRID, value)).toEqual(want))

test('newest come first, whatever their series', () => {
  const one = (timestamp: number): { labels: object; value: string; timestamp: number } => ({
    labels: {},
    value: '0.5',
    timestamp,
  })
  const all = newestFirst([
    { seriesLabels: { s: 'a' }, exemplars: [one(1), one(3)] as never },
    { seriesLabels: { s: 'b' }, exemplars: [one(2)] as never },
  ])
  expect(all.map(({ series, at }) => [series['s'], at])).toEqual([
    ['a', 3],
    ['b', 2],
    ['a', 1],
  ])
})

test('an exemplar belongs to series that say nothing else than its own', () => {
  const [exemplar] = newestFirst([
    {
      seriesLabels: { __name__: 'x', stage: 'sink', pod: 'p' },
      exemplars: [{ labels: {}, value: '1', timestamp: 1 }],
    },
  ])
  expect(isOf(exemplar!, { stage: 'sink' })).toBe(true)
  expect(isOf(exemplar!, {})).toBe(true)
  expect(isOf(exemplar!, { stage: 'source' })).toBe(false)
})
