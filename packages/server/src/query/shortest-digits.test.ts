import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { writeShortest } from './shortest-digits.ts'

const bytes = new Uint8Array(64)

/** What is written; undefined where it is left to `String`. */
function shortest(value: number): string | undefined {
  const end = writeShortest(new DataView(bytes.buffer), 3, value)
  return end < 0 ? undefined : Buffer.from(bytes.subarray(3, end)).toString()
}

/** Any double from 2^-20 to 2^53. */
const double = fc
  .record({
    exponent: fc.integer({ min: -19, max: 52 }),
    high: fc.nat({ max: 2 ** 20 - 1 }),
    low: fc.nat({ max: 2 ** 32 - 1 }),
  })
  .map(({ exponent, high, low }) => (1 + (high + low / 2 ** 32) / 2 ** 20) * 2 ** exponent)

const decimal = fc
  .tuple(fc.nat({ max: 10 ** 9 }), fc.integer({ min: 0, max: 12 }))
  .map(([n, e]) => n / 10 ** e)
const rate = fc
  .tuple(fc.nat({ max: 10 ** 7 }), fc.integer({ min: 1, max: 3000 }))
  .map(([n, d]) => n / d)

test.each([
  ['any doubles', double],
  [
    'decimals and their neighbours',
    fc.oneof(
      decimal,
      decimal.map((n) => n * (1 + 2 ** -52)),
    ),
  ],
  ['rates', rate],
  ['sums of rates', fc.array(rate, { maxLength: 9 }).map((all) => all.reduce((a, b) => a + b, 0))],
])('%s are written as String writes them', (_name, values) => {
  fc.assert(
    fc.property(values, (value) => {
      if (Number.isInteger(value)) return
      const found = shortest(value)
      if (found !== undefined) expect(found).toBe(String(value))
    }),
    { numRuns: 20_000 },
  )
})

test('nearly all are written', () => {
  let left = 0
  for (let i = 1; i <= 100_000; i++) if (shortest(Math.sqrt(i) * 1.1) === undefined) left++
  expect(left).toBeLessThan(200)
})

test.each([
  [0.1, '0.1'],
  [0.3, '0.3'],
  [0.1 + 0.2, '0.30000000000000004'],
  [1.1, '1.1'],
  [123456.789, '123456.789'],
  [1e-6 * (1 + 2 ** -52), '0.0000010000000000000002'],
  [0.000001234, '0.000001234'],
  [99999999.99999999, '99999999.99999999'],
  [9.999999999999998, '9.999999999999998'],
])('%d', (value, text) => expect(shortest(value)).toBe(text))

test.each([0.5, 0.25, 0, -1.5, 1e-7, 2 ** 60, Number.NaN, Infinity])(
  '%d is left to String',
  (value) => expect(shortest(value)).toBeUndefined(),
)
