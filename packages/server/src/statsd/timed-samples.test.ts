import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { TimedSamples } from './timed-samples.ts'

const ALWAYS = (): readonly [number, number] => [-Infinity, Infinity]

/** What a drain writes, `series@time value`. */
function drained(
  samples: TimedSamples,
  total = 0,
  writable: () => readonly [number, number] = ALWAYS,
): string[] {
  const written: string[] = []
  samples.drain(
    () => total,
    writable,
    (series, timeMs, value) => written.push(`${series}@${timeMs} ${value}`),
  )
  return written
}

test('gauges come in order of time, the later of two with one time counts', () => {
  const samples = new TimedSamples()
  for (const [time, value] of [
    [30, 3],
    [10, 1],
    [20, 2],
    [10, 9],
  ] as const)
    samples.add(7, time, value, false)
  expect(drained(samples)).toEqual(['7@10 9', '7@20 2', '7@30 3'])
  expect(drained(samples)).toEqual([])
})

test('increases of a counter become its totals, whatever order they came in', () => {
  const samples = new TimedSamples()
  for (const [time, value] of [
    [20, 2],
    [10, 1],
    [20, 5],
  ] as const)
    samples.add(1, time, value, true)
  expect(drained(samples, 108)).toEqual(['1@10 101', '1@20 108'])
})

test('an increase from before what was written is in the total only', () => {
  const samples = new TimedSamples()
  samples.add(1, 20, 2, true)
  expect(drained(samples, 2)).toEqual(['1@20 2'])
  samples.add(1, 15, 3, true)
  samples.add(1, 25, 4, true)
  expect(drained(samples, 9)).toEqual(['1@25 9'])
})

test('beside samples that come anyway, only those between two flushes are written', () => {
  const samples = new TimedSamples()
  for (const time of [10, 15, 20, 25]) samples.add(1, time, 1, true)
  expect(drained(samples, 4, () => [10, 20])).toEqual(['1@15 2'])
})

test('a counter’s totals never fall in the order of time', () => {
  const increase = fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 9 }))
  fc.assert(
    fc.property(fc.array(fc.array(increase, { maxLength: 8 }), { maxLength: 5 }), (intervals) => {
      const samples = new TimedSamples()
      let total = 0
      const written: (readonly [number, number])[] = []
      for (const interval of intervals) {
        for (const [time, value] of interval) {
          samples.add(0, time, value, true)
          total += value
        }
        samples.drain(
          () => total,
          ALWAYS,
          (_, time, value) => written.push([time, value]),
        )
      }
      for (let i = 1; i < written.length; i++) {
        expect(written[i]![0]).toBeGreaterThan(written[i - 1]![0])
        expect(written[i]![1]).toBeGreaterThanOrEqual(written[i - 1]![1])
      }
    }),
  )
})

test('more than fit are refused, not kept', () => {
  const samples = new TimedSamples()
  let taken = 0
  while (samples.add(0, taken + 1, 1, false)) taken++
  expect(taken).toBe(262_144)
  expect(drained(samples)).toHaveLength(taken)
})
