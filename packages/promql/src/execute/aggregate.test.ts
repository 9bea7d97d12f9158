import { Labels, SampleColumns } from '@weir/model'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { MemoryQueryable } from '../memory-queryable.ts'
import { rangeQuery } from '../query.ts'
import { compensation } from './compensated-sum.ts'

const STEP_MS = 60_000
const STEPS = 5

const number = fc.oneof(
  fc.integer({ min: -1000, max: 1000 }).map((n) => n / 8),
  fc.constantFrom(1e16, -1e16, 1e-20, 1.7e308, -1.7e308),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY),
)
/** Series of numbers, undefined where one has no sample. */
const series = fc.array(
  fc.array(fc.option(number, { nil: undefined, freq: 12 }), { minLength: STEPS, maxLength: STEPS }),
  { minLength: 1, maxLength: 12 },
)

function store(list: readonly (readonly (number | undefined)[])[]): MemoryQueryable {
  const memory = new MemoryQueryable()
  for (const [i, values] of list.entries()) {
    const columns = new SampleColumns()
    for (const [k, value] of values.entries()) {
      if (value !== undefined) columns.push(k * STEP_MS, value)
    }
    memory.add(Labels.of({ __name__: 'x', i: `${i}` }), columns)
  }
  return memory
}

/** Neumaier's sum in order of series, as Prometheus adds. */
function compensated(values: readonly number[]): number {
  let sum = 0
  let c = 0
  for (const value of values) {
    const next = sum + value
    c = compensation(sum, value, next, c)
    sum = next
  }
  return sum + c
}

test('a sum over whole and broken series is the compensated sum at each step', () => {
  fc.assert(
    fc.property(series, (list) => {
      const options = { lookbackMs: 1 }
      const endMs = (STEPS - 1) * STEP_MS
      const { value } = rangeQuery(store(list), {
        expr: 'sum(x)',
        startMs: 0,
        endMs,
        stepMs: STEP_MS,
        options,
      })
      const found = new Map<number, number>()
      if (value.kind !== 'matrix') expect.fail('no matrix')
      for (const { times, values } of value.series) {
        for (const [k, time] of times.entries()) found.set(time / STEP_MS, values[k]!)
      }
      for (let k = 0; k < STEPS; k++) {
        const column = list.map((values) => values[k]).filter((one) => one !== undefined)
        expect(found.get(k)).toEqual(column.length === 0 ? undefined : compensated(column))
      }
    }),
    { numRuns: 500 },
  )
})
