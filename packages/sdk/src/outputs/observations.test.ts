import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { LabelPairs } from '../metrics/family.ts'
import { Observations } from './observations.ts'

const LABELS: LabelPairs = [['p', 'x']]

test('few are kept as they are; of many a fair sample, with its rate', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2000 }), (made) => {
      const observations = new Observations(10)
      for (let i = 0; i < made; i++) observations.add('t', 's', LABELS, i)
      const [series] = observations.take()
      expect(series!.values).toHaveLength(Math.min(made, 256))
      expect(series!.values.length / series!.rate).toBeCloseTo(made)
      expect(new Set(series!.values).size).toBe(series!.values.length)
    }),
    { numRuns: 30 },
  )
})

test('a sample of even numbers has about the middle that all have', () => {
  let state = 1
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647
    return state / 2_147_483_647
  }
  const observations = new Observations(10, random)
  for (let i = 0; i < 100_000; i++) observations.add('t', 's', LABELS, i)
  const [series] = observations.take()
  const mean = series!.values.reduce((sum, value) => sum + value, 0) / series!.values.length
  expect(Math.abs(mean - 50_000)).toBeLessThan(6_000)
})

test('series past the limit are dropped and counted; a flush begins anew', () => {
  const observations = new Observations(2)
  for (const name of ['a', 'b', 'c', 'a']) observations.add(name, 's', LABELS, 1)
  expect(observations.take().map(({ name, values }) => [name, values.length])).toEqual([
    ['a', 2],
    ['b', 1],
  ])
  expect(observations.dropped).toBe(1)
  expect(observations.take()).toEqual([])
})
