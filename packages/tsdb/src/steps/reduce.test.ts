import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { type NativeHistogram, STALE_MARKER, type SampleColumns, isStale } from '@weir/model'

import { SteppedColumns, reduce } from './reduce.ts'

const STEP = 300_000

function wholeOf(samples: readonly (readonly [number, number])[]): SteppedColumns {
  const columns = new SteppedColumns()
  for (const [time, value] of samples) columns.kept.push(time, value)
  return columns
}

function reduced(from: SteppedColumns, stepMs = STEP, isGauge = false): SteppedColumns {
  const into = new SteppedColumns()
  reduce(from, stepMs, isGauge, into)
  return into
}

const pairs = ({ times, values, length }: SampleColumns): [number, number][] =>
  Array.from({ length }, (_, i) => [times[i]!, values[i]!])

/** What a counter function sees: how much it rose, resets counted from zero. */
function rise(samples: readonly (readonly [number, number])[]): number {
  let sum = 0
  for (let i = 1; i < samples.length; i++) {
    const [before, after] = [samples[i - 1]![1], samples[i]![1]]
    sum += after < before ? after : after - before
  }
  return sum
}

/** Minutes and values as samples. */
const at = (...list: [minute: number, value: number][]): [number, number][] =>
  list.map(([minute, value]) => [minute * 60_000, value])

describe('one step', () => {
  test.each([
    [
      'keeps first, least, greatest, last',
      at([1, 3], [2, 1], [3, 2], [4, 9], [5, 4]),
      at([1, 3], [2, 1], [4, 9], [5, 4]),
    ],
    ['keeps one sample as it is', at([3, 7]), at([3, 7])],
    ['keeps two of a counter', at([1, 1], [2, 2], [3, 3], [5, 5]), at([1, 1], [5, 5])],
    [
      'keeps both sides of one fall',
      at([1, 4], [2, 8], [3, 5], [4, 6], [5, 6]),
      at([1, 4], [2, 8], [3, 5], [5, 6]),
    ],
    [
      'keeps NaN only at its ends',
      at([1, NaN], [2, NaN], [3, 2], [4, NaN], [5, 1]),
      at([1, NaN], [3, 2], [5, 1]),
    ],
    ['is open on the left', at([0, 1], [1, 2], [5, 3], [6, 4]), at([0, 1], [1, 2], [5, 3], [6, 4])],
  ])('%s', (_, samples, kept) => {
    expect(pairs(reduced(wholeOf(samples)).kept)).toEqual(kept)
  })

  test('keeps a stale marker that ends it, and no other', () => {
    const columns = wholeOf([])
    for (const [minute, value] of [
      [1, 1],
      [2, 0],
      [3, 3],
      [4, 0],
    ] as const) {
      columns.kept.push(minute * 60_000, value === 0 ? STALE_MARKER : value)
    }
    const { kept, sums, counts } = reduced(columns)
    expect([...kept.times.subarray(0, kept.length)]).toEqual([60_000, 180_000, 240_000])
    expect(isStale(kept.values[2]!)).toBe(true)
    expect(pairs(sums)).toEqual([[180_000, 4]])
    expect(pairs(counts)).toEqual([[180_000, 2]])
  })

  test('of a counter that is reset twice raises the last peak', () => {
    const samples = at([1, 5], [2, 9], [3, 2], [3.5, 6], [4, 1], [5, 4])
    const { counter } = reduced(wholeOf(samples))
    expect(pairs(counter)).toEqual(at([1, 5], [3.5, 15], [4, 1], [5, 4]))
    expect(rise(pairs(counter))).toBe(rise(samples))
    expect(reduced(wholeOf(samples), STEP, true).counter.length).toBe(0)
  })

  test('of native histograms keeps the ends and both sides of falls, and no hint that says too much', () => {
    const histogram = (count: number): NativeHistogram => ({
      isFloat: false,
      resetHint: 'not_reset',
      schema: 0,
      zeroThreshold: 0,
      zeroCount: count,
      count,
      sum: 0,
      positiveSpans: new Int32Array(),
      positive: new Float64Array(),
      negativeSpans: new Int32Array(),
      negative: new Float64Array(),
      customValues: new Float64Array(),
    })
    const columns = wholeOf([])
    for (const [i, count] of [1, 2, 5, 3, 4, 6].entries()) {
      columns.kept.pushHistogram((i + 1) * 10_000, histogram(count))
    }
    const { kept, counter, sums } = reduced(columns)
    expect(kept.histograms!.map((one) => one!.count)).toEqual([1, 5, 3, 6])
    expect(kept.histograms!.map((one) => one!.resetHint)).toEqual(Array(4).fill('unknown'))
    expect([counter.length, sums.length]).toEqual([0, 0])
  })
})

describe('any samples', () => {
  const samples = fc
    .array(fc.tuple(fc.integer({ min: 1, max: 200_000 }), fc.integer({ min: 0, max: 50 })), {
      minLength: 1,
      maxLength: 300,
    })
    .map((list) => {
      let time = 0
      return list.map(([step, value]): [number, number] => [(time += step), value])
    })
  const steps = (list: readonly (readonly [number, number])[], stepMs: number): number[] => [
    ...new Set(list.map(([time]) => Math.ceil(time / stepMs))),
  ]

  test('give at the ends of steps the same sums, extremes, ends and rises, in one go and in two', () => {
    fc.assert(
      fc.property(samples, fc.constantFrom(STEP, 12 * STEP), (list, stepMs) => {
        const once = reduced(wholeOf(list), stepMs)
        const twice = reduced(reduced(wholeOf(list), STEP), stepMs)
        for (const { kept, counter, sums, counts } of [once, twice]) {
          for (const step of steps(list, stepMs)) {
            const until = (columns: SampleColumns | [number, number][]): [number, number][] =>
              (Array.isArray(columns) ? columns : pairs(columns)).filter(
                ([time]) => Math.ceil(time / stepMs) <= step,
              )
            const inside = list.filter(([time]) => Math.ceil(time / stepMs) === step)
            const left = pairs(kept).filter(([time]) => Math.ceil(time / stepMs) === step)
            const values = (of: [number, number][]): number[] => of.map(([, value]) => value)
            expect(left.at(-1)).toEqual(inside.at(-1))
            expect(left[0]).toEqual(inside[0])
            expect(Math.max(...values(left))).toBe(Math.max(...values(inside)))
            expect(Math.min(...values(left))).toBe(Math.min(...values(inside)))
            const own = counter.length > 0 ? counter : kept
            expect(rise(until(own))).toBe(rise(until(list)))
            const last = inside.at(-1)![0]
            const sum = values(inside).reduce((total, value) => total + value, 0)
            expect(pairs(sums).find(([time]) => time === last)?.[1]).toBe(sum)
            expect(pairs(counts).find(([time]) => time === last)?.[1]).toBe(inside.length)
          }
        }
      }),
    )
  })
})
