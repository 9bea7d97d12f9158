import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Digests } from './digests.ts'

const QUANTILES = [0, 0.5, 0.9, 0.99, 1]

function quantiles(digests: Digests, digest: number, age = 0): number[] {
  const into = new Float64Array(QUANTILES.length)
  digests.quantiles(digest, QUANTILES, age, 5, into)
  return [...into]
}

/** All values, sorted. */
function twin(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b)
  return QUANTILES.map((q) => sorted[Math.max(0, Math.ceil(sorted.length * q) - 1)]!)
}

test('quantiles are within 1 % of the exact ones, whatever the ages', () => {
  const value = fc.oneof(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.constantFrom(0, -0, 1, 1e-300, -1e300),
  )
  fc.assert(
    fc.property(fc.array(fc.tuple(value, fc.nat(4)), { minLength: 1, maxLength: 200 }), (sent) => {
      const digests = new Digests()
      const digest = digests.open()
      for (const [v, age] of sent.toSorted((a, b) => a[1] - b[1])) {
        digests.observe(digest, v, 1, age, 5)
      }
      const exact = twin(sent.map(([v]) => v))
      for (const [i, got] of quantiles(digests, digest, 4).entries()) {
        expect(Math.abs(got - exact[i]!)).toBeLessThanOrEqual(Math.abs(exact[i]!) * 0.0201)
      }
    }),
  )
})

test('few distinct values come back exactly', () => {
  const digests = new Digests()
  const digest = digests.open()
  for (let i = 0; i < 1000; i++) digests.observe(digest, [0.32, 0.5, 7][i % 3]!, 1, 0, 5)
  expect(quantiles(digests, digest)).toEqual([0.32, 0.5, 7, 7, 7])
})

test('digests do not disturb each other as they grow and are given back', () => {
  const digests = new Digests()
  const all = Array.from({ length: 100 }, () => digests.open())
  for (let i = 0; i < 50; i++) for (const d of all) digests.observe(d, (d + 1) * 2 ** i, 1, 0, 5)
  for (const d of all.slice(0, 50)) digests.close(d)
  const again = digests.open()
  expect(quantiles(digests, again)).toEqual(QUANTILES.map(() => Number.NaN))
  digests.observe(again, 3, 1, 0, 5)
  expect(quantiles(digests, again)).toEqual(QUANTILES.map(() => 3))
  expect(quantiles(digests, all[99]!)[0]).toBe(100)
})

test('an age ends after its part of the window', () => {
  const digests = new Digests()
  const digest = digests.open()
  digests.observe(digest, 1, 1, 1000, 5)
  digests.observe(digest, 2, 1, 1003, 5)
  expect(quantiles(digests, digest, 1004)[0]).toBe(1)
  expect(quantiles(digests, digest, 1005)[0]).toBe(2)
  expect(quantiles(digests, digest, 5000)[0]).toBeNaN()
})

test('values too far apart to be all kept cost precision at the small end only', () => {
  const digests = new Digests()
  const digest = digests.open()
  for (let e = -300; e < 300; e += 0.01) digests.observe(digest, 10 ** e, 1, 0, 5)
  const got = quantiles(digests, digest)
  expect(Math.log10(got[3]!)).toBeCloseTo(294, 1)
  expect(Math.log10(got[4]!)).toBeCloseTo(300, 1)
})

test('infinities are the ends', () => {
  const digests = new Digests()
  const digest = digests.open()
  for (const v of [Infinity, 5, -Infinity, Infinity, -Infinity]) digests.observe(digest, v, 1, 0, 5)
  expect(quantiles(digests, digest)).toEqual([-Infinity, 5, Infinity, Infinity, Infinity])
})
