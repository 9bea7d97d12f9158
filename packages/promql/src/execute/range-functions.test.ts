import { STALE_MARKER, SampleColumns } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RANGE_KERNELS } from './range-functions.ts'
import { stepsBetween } from './evaluation.ts'
import { type Windows, mark, newWindows } from './windows.ts'

/** Slow and obvious twins: each looks at the samples of one window, and nothing else. */
const TWINS: Record<string, (values: number[]) => number> = {
  count_over_time: (values) => values.length,
  sum_over_time: (values) => exactSum(values),
  avg_over_time: (values) => exactSum(values) / values.length,
  max_over_time: (values) => Math.max(...values),
  min_over_time: (values) => Math.min(...values),
  last_over_time: (values) => values.at(-1)!,
  changes: (values) => values.filter((value, i) => i > 0 && value !== values[i - 1]).length,
  resets: (values) => values.filter((value, i) => i > 0 && value < values[i - 1]!).length,
}

/** Every double is a fraction of two whole numbers; those add up without rounding. */
function exactSum(values: readonly number[]): number {
  const scale = 2 ** 60
  let sum = 0n
  for (const value of values) sum += BigInt(Math.round(value * 2 ** 20)) * 2n ** 40n
  return Number(sum) / scale
}

const samples = fc
  .array(
    fc.record({
      gapMs: fc.integer({ min: 1, max: 60_000 }),
      // Multiples of 2^-20, of very different size: exact in the twin, hard for plain sums.
      value: fc
        .tuple(fc.integer({ min: -1000, max: 1000 }), fc.integer({ min: -10, max: 30 }))
        .map(([m, e]) => m * 2 ** e),
    }),
    { minLength: 1, maxLength: 60 },
  )
  .map((list) => {
    const columns = new SampleColumns()
    let timeMs = 0
    for (const { gapMs, value } of list) columns.push((timeMs += gapMs), value)
    return columns
  })

test.each(Object.keys(TWINS))('%s slides to what each window gives alone', (name) => {
  const kernel = RANGE_KERNELS.get(name)!
  fc.assert(
    fc.property(
      samples,
      fc.integer({ min: 1, max: 400_000 }),
      fc.integer({ min: 1000, max: 100_000 }),
      (columns, rangeMs, stepMs) => {
        const steps = stepsBetween(0, 600_000, stepMs)
        const windows = newWindows(steps.times, rangeMs, steps)
        mark(windows, columns)
        const values = new Float64Array(steps.count)
        const present = new Uint8Array(steps.count)
        kernel(windows, values, present)
        for (let k = 0; k < steps.count; k++) {
          const end = steps.times[k]!
          const inside: number[] = []
          for (let i = 0; i < columns.length; i++) {
            const time = columns.times[i]!
            if (time > end - rangeMs && time <= end) inside.push(columns.values[i]!)
          }
          if ((present[k] === 1) !== inside.length > 0) expect.fail(`presence at step ${k}`)
          if (inside.length === 0) continue
          const want = TWINS[name]!(inside)
          const near = Math.abs(values[k]! - want) <= 1e-12 * Math.abs(want)
          if (!near && values[k] !== want) expect.fail(`${values[k]} at step ${k}, want ${want}`)
        }
      },
    ),
  )
})

test.each(['rate', 'increase', 'delta', 'last_over_time'])(
  '%s of series in a row, some with the same times, is that of each alone',
  (name) => {
    const kernel = RANGE_KERNELS.get(name)!
    const steps = stepsBetween(0, 600_000, 30_000)
    const answer = (windows: Windows, columns: SampleColumns): (number | undefined)[] => {
      const copy = new SampleColumns()
      for (let i = 0; i < columns.length; i++) copy.push(columns.times[i]!, columns.values[i]!)
      mark(windows, copy)
      const values = new Float64Array(steps.count)
      const present = new Uint8Array(steps.count)
      if (windows.length > 0) kernel(windows, values, present)
      return [...values].map((value, k) => (present[k] === 1 ? value : undefined))
    }
    const alike = fc.array(fc.constantFrom(0, 0.5, 1, 2, 3, Number.NaN, Infinity, STALE_MARKER), {
      minLength: 30,
      maxLength: 30,
    })
    const scraped = alike.map((list) => {
      const columns = new SampleColumns()
      for (const [i, value] of list.entries()) columns.push(i * 15_000, value)
      return columns
    })
    fc.assert(
      fc.property(fc.array(fc.oneof(scraped, samples), { maxLength: 6 }), (series) => {
        const windows = newWindows(steps.times, 120_000, steps)
        for (const columns of series) {
          const alone = answer(newWindows(steps.times, 120_000, steps), columns)
          expect(answer(windows, columns)).toEqual(alone)
        }
      }),
    )
  },
)

/** One window's increase as Prometheus extrapolates it; undefined for fewer than two samples. */
function increaseOf(
  times: readonly number[],
  values: readonly number[],
  end: number,
  rangeMs: number,
): number | undefined {
  const last = values.length - 1
  if (last < 1) return undefined
  let increase = values[last]! - values[0]!
  for (let i = 1; i <= last; i++) if (values[i]! < values[i - 1]!) increase += values[i - 1]!
  const sampled = (times[last]! - times[0]!) / 1000
  const average = sampled / last
  let toStart = (times[0]! - (end - rangeMs)) / 1000
  let toEnd = (end - times[last]!) / 1000
  if (toStart >= average * 1.1) toStart = average / 2
  if (increase > 0 && values[0]! >= 0) {
    toStart = Math.min(toStart, sampled * (values[0]! / increase))
  }
  if (toEnd >= average * 1.1) toEnd = average / 2
  return increase * ((sampled + toStart + toEnd) / sampled)
}

test('increase of counters that begin, run on and begin anew is that of each window alone', () => {
  const counter = fc
    .record({
      begin: fc.constantFrom(0, 3, 1e6),
      grows: fc.array(fc.tuple(fc.integer({ min: 0, max: 50 }), fc.integer({ max: 9, min: 0 })), {
        minLength: 30,
        maxLength: 50,
      }),
      resets: fc.boolean(),
    })
    .map(({ begin, grows, resets }) => {
      const columns = new SampleColumns()
      let value: number = begin
      for (const [i, [grow, chance]] of grows.entries()) {
        value = resets && chance === 0 ? grow : value + grow
        if (chance !== 1) columns.push(i * 15_000, value)
      }
      return columns
    })
  const steps = stepsBetween(0, 720_000, 45_000)
  const rangeMs = 120_000
  fc.assert(
    fc.property(counter, (columns) => {
      const windows = newWindows(steps.times, rangeMs, steps)
      mark(windows, columns)
      const values = new Float64Array(steps.count)
      const present = new Uint8Array(steps.count)
      RANGE_KERNELS.get('increase')!(windows, values, present)
      for (let k = 0; k < steps.count; k++) {
        const end = steps.times[k]!
        const inside = Array.from({ length: columns.length }, (_, i) => i).filter(
          (i) => columns.times[i]! > end - rangeMs && columns.times[i]! <= end,
        )
        const want = increaseOf(
          inside.map((i) => columns.times[i]!),
          inside.map((i) => columns.values[i]!),
          end,
          rangeMs,
        )
        expect(present[k]).toBe(want === undefined ? 0 : 1)
        if (want !== undefined) expect(values[k]).toBeCloseTo(want, 8)
      }
    }),
    { numRuns: 300 },
  )
})
