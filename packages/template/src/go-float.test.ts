import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FloatVerb, formatFloat } from './go-float.ts'

test.each<[number, FloatVerb, number, string]>([
  [1, 'g', -1, '1'],
  [123456, 'g', -1, '123456'],
  [1234567, 'g', -1, '1.234567e+06'],
  [0.0001, 'g', -1, '0.0001'],
  [0.00001, 'g', -1, '1e-05'],
  [1e21, 'g', -1, '1e+21'],
  [100000, 'g', -1, '100000'],
  [Number.NaN, 'g', -1, 'NaN'],
  [Infinity, 'g', -1, '+Inf'],
  [-Infinity, 'f', 2, '-Inf'],
  [0, 'g', 4, '0'],
  [-0, 'g', -1, '-0'],
  [1, 'e', -1, '1e+00'],
  [0, 'e', -1, '0e+00'],
  [1.5e100, 'e', -1, '1.5e+100'],
  [1234.5678, 'g', 4, '1235'],
  [12345.678, 'g', 4, '1.235e+04'],
  [1000, 'g', 4, '1000'],
  [2.5, 'f', 0, '2'], // ties go to even
  [3.5, 'f', 0, '4'],
  [0.125, 'f', 2, '0.12'],
  [1.005, 'f', 2, '1.00'], // not a tie: the double is a little less
  [0.5, 'f', 0, '0'],
  [9.99, 'f', 1, '10.0'], // the carry makes a new digit
  [0.00999, 'f', 2, '0.01'],
  [1e22, 'f', 1, '10000000000000000000000.0'],
  [5e-324, 'f', 3, '0.000'],
  [1.25, 'e', 1, '1.2e+00'],
])('formatFloat(%d, %j, %d) is %j', (value, verb, precision, want) => {
  expect(formatFloat(value, verb, precision)).toBe(want)
})

test('the shortest form reads back as the same number', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) =>
      (['e', 'f', 'g'] as const).every((verb) =>
        Object.is(Number(formatFloat(value, verb, -1)), value),
      ),
    ),
  )
})

test('a given precision agrees with toExponential where there is no tie', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      fc.integer({ min: 0, max: 12 }),
      (value, precision) => {
        const want = value.toExponential(precision).replace(/e([+-])(\d)$/, 'e$10$2')
        const tie = value.toExponential(precision + 20 > 100 ? 100 : precision + 20)
        fc.pre(!/50{10,}e/.test(tie) && !Object.is(value, -0))
        return formatFloat(value, 'e', precision) === want
      },
    ),
  )
})
