import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { STALE_MARKER, SampleColumns, isStale } from '@weir/model'

import { histogramOf } from '../test-histograms.ts'
import { RunMerger } from './merge.ts'

interface Place {
  readonly order: number
  readonly times: readonly number[]
}

/** Values tell where a sample came from: place and time. */
function valueOf(place: number, time: number): number {
  return place * 1000 + time
}

/** The slow way: the place with the least order wins each time. */
function expected(places: readonly Place[]): [number, number][] {
  const best = new Map<number, { readonly order: number; readonly value: number }>()
  for (const [index, { order, times }] of places.entries()) {
    for (const time of times) {
      const known = best.get(time)
      if (known === undefined || order < known.order) {
        best.set(time, { order, value: valueOf(index, time) })
      }
    }
  }
  return [...best].map(([time, { value }]): [number, number] => [time, value]).sort(byTime)
}

function byTime(a: readonly [number, number], b: readonly [number, number]): number {
  return a[0] - b[0]
}

/** @param histogramsAt one sample in so many is a histogram whose sum is its value; 0: none is */
function merged(merger: RunMerger, places: readonly Place[], histogramsAt = 0): [number, number][] {
  const columns = new SampleColumns(4)
  columns.push(999, 999) // what was there before stays
  merger.begin(columns)
  for (const [index, { order, times }] of places.entries()) {
    for (const time of times) {
      const value = valueOf(index, time)
      if (value % histogramsAt === 0) columns.pushHistogram(time, histogramOf(1, { sum: value }))
      else columns.push(time, value)
    }
    const isAscending = times.every((time, i) => i === 0 || time > times[i - 1]!)
    merger.add(columns, order, isAscending)
  }
  merger.finish(columns)
  expect([columns.times[0], columns.values[0]]).toEqual([999, 999])
  const found: [number, number][] = []
  for (let i = 1; i < columns.length; i++) {
    const histogram = columns.histograms?.[i]
    const value = histogram === undefined ? columns.values[i]! : histogram.sum
    expect(histogram !== undefined).toBe(value % histogramsAt === 0)
    found.push([columns.times[i]!, value])
  }
  expect(columns.histograms?.length ?? 0).toBeLessThanOrEqual(columns.length)
  return found
}

const place = fc
  .record({
    isArena: fc.boolean(),
    times: fc.uniqueArray(fc.integer({ min: 0, max: 120 }), { maxLength: 60 }),
  })
  .map(({ isArena, times }) => (isArena ? times : times.toSorted((a, b) => a - b)))

test('any runs in any order merge as the slow way says', () => {
  const merger = new RunMerger()
  fc.assert(
    fc.property(fc.array(place, { maxLength: 6 }), fc.nat(), (list, turn) => {
      const places = list.map((times, i) => ({ times, order: (i + turn) % list.length }))
      expect(merged(merger, places)).toEqual(expected(places))
      expect(merged(merger, places, 3)).toEqual(expected(places))
    }),
    { numRuns: 500 },
  )
})

test('runs that follow each other are left where they are', () => {
  const merger = new RunMerger()
  const run = (times: readonly number[], order: number): Place => ({ times, order })
  merged(merger, [run([1, 2], 1), run([], 2), run([3], 0), run([4, 9], 5)])
  expect(merger.merges).toBe(0)
  merged(merger, [run([1, 2], 1), run([2, 3], 2)])
  expect(merger.merges).toBe(1)
})

test('a stale marker stays one', () => {
  const merger = new RunMerger()
  const columns = new SampleColumns()
  const times = [9, 1, 8, 2, 7, 3, 6, 4, 5, 15, 10, 14, 11, 13, 12, 30, 20, 25, 21, 24, 22, 23]
  merger.begin(columns)
  for (const time of times) columns.push(time, STALE_MARKER)
  merger.add(columns, 0, false)
  for (const time of [2, 16]) columns.push(time, STALE_MARKER)
  merger.add(columns, 1, true)
  merger.finish(columns)
  expect(columns.length).toBe(times.length + 1)
  for (let i = 0; i < columns.length; i++) expect(isStale(columns.values[i]!), `${i}`).toBe(true)
})
