import { SampleColumns } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { compensation } from './compensated-sum.ts'
import { stepsBetween } from './evaluation.ts'
import type { RangeKernel } from './range-functions.ts'
import { deriv, predictLinear } from './regression.ts'
import { mark, newWindows } from './windows.ts'

/** Neumaier's sum, in order. */
function sum(values: readonly number[]): number {
  let total = 0
  let c = 0
  for (const value of values) {
    const next = total + value
    c = compensation(total, value, next, c)
    total = next
  }
  return total + c
}

/** One window by itself, operation by operation as Prometheus has them. */
function line(
  samples: readonly (readonly [timeMs: number, value: number])[],
  zeroMs: number,
): { readonly slope: number; readonly intercept: number } {
  const n = samples.length
  const values = samples.map(([, value]) => value)
  const first = values[0]!
  if (values.every((value) => value === first)) {
    return Number.isFinite(first)
      ? { slope: 0, intercept: first }
      : { slope: Number.NaN, intercept: Number.NaN }
  }
  const seconds = samples.map(([timeMs]) => (timeMs - zeroMs) / 1000)
  const x = sum(seconds)
  const y = sum(values)
  const covariance = sum(seconds.map((second, i) => second * values[i]!)) - (x * y) / n
  const slope = covariance / (sum(seconds.map((second) => second * second)) - (x * x) / n)
  return { slope, intercept: y / n - (slope * x) / n }
}

const RANGE_MS = 120_000
const steps = stepsBetween(0, 600_000, 35_000)

function columnsOf(
  list: readonly { readonly gapMs: number; readonly value: number }[],
): SampleColumns {
  const columns = new SampleColumns()
  let timeMs = 0
  for (const { gapMs, value } of list) columns.push((timeMs += gapMs), value)
  return columns
}

const series = fc
  .record({
    gap: fc.option(fc.constantFrom(5000, 15_000), { nil: undefined }),
    list: fc.array(
      fc.record({
        gapMs: fc.integer({ min: 1, max: 40_000 }),
        value: fc.oneof(
          { weight: 6, arbitrary: fc.integer({ min: 0, max: 3 }) },
          { weight: 6, arbitrary: fc.double({ noNaN: true, min: -1e9, max: 1e9 }) },
          { weight: 1, arbitrary: fc.constantFrom(Number.NaN, Infinity, -Infinity) },
        ),
      }),
      { minLength: 1, maxLength: 60 },
    ),
  })
  .map(({ gap, list }) =>
    columnsOf(gap === undefined ? list : list.map(({ value }) => ({ gapMs: gap, value }))),
  )

test.each<[string, RangeKernel, (slope: number, intercept: number) => number, boolean]>([
  ['deriv', deriv, (slope) => slope, false],
  [
    'predict_linear',
    predictLinear(new Float64Array(steps.count).fill(90)),
    (slope, intercept) => slope * 90 + intercept,
    true,
  ],
])('%s of series in a row is the line through each window', (_name, kernel, answer, fromStep) => {
  fc.assert(
    fc.property(fc.array(series, { minLength: 1, maxLength: 4 }), (list) => {
      const windows = newWindows(steps.times, RANGE_MS, steps)
      for (const columns of list) {
        mark(windows, columns)
        const values = new Float64Array(steps.count)
        const present = new Uint8Array(steps.count)
        kernel(windows, values, present)
        for (let k = 0; k < steps.count; k++) {
          const end = steps.times[k]!
          const inside: [number, number][] = []
          for (let i = 0; i < columns.length; i++) {
            const time = columns.times[i]!
            if (time > end - RANGE_MS && time <= end) inside.push([time, columns.values[i]!])
          }
          expect(present[k]).toBe(inside.length < 2 ? 0 : 1)
          if (inside.length < 2) continue
          const { slope, intercept } = line(inside, fromStep ? end : inside[0]![0])
          expect(values[k]).toBe(answer(slope, intercept))
        }
      }
    }),
    { numRuns: 300 },
  )
})
