import { expect, test } from 'vitest'
import { bytesFigure, compact, figureText, rateScale, threeDigits, whole } from './number.ts'

test.each([
  [0, '0'],
  [1, '1'],
  [1.5, '1.5'],
  [12.345, '12.3'],
  [99.96, '100'],
  [123.4, '123'],
  [0.9996, '1'],
  [0.01234, '0.012'],
  [-2.5, '−2.5'],
  [0.00001234, '1.2e−5'],
  [Number.NaN, 'NaN'],
  [Number.POSITIVE_INFINITY, '+∞'],
  [Number.NEGATIVE_INFINITY, '−∞'],
])('threeDigits(%d) is %j', (value, want) => expect(threeDigits(value)).toBe(want))

test.each([
  [999, '999'],
  [999.6, '1k'], // rounds up into the next prefix
  [1234, '1.23k'],
  [999_600, '1M'],
  [12_345_678, '12.3M'],
  [1e21, '1000E'], // no prefix beyond
  [-1500, '−1.5k'],
])('compact(%d) is %j', (value, want) => expect(compact(value)).toBe(want))

test.each([
  [1234567, '1\u2009234\u2009567'],
  [-1000, '−1\u2009000'],
  [12, '12'],
])('whole(%d) is %j', (value, want) => expect(whole(value)).toBe(want))

test.each([
  [null, 's', '–'],
  [Number.NaN, 's', '–'],
  [0, 's', '0 s'],
  [0.0000005, 's', '0.5 µs'],
  [0.0005, 's', '500 µs'],
  [0.25, 's', '250 ms'],
  [1, 's', '1 s'],
  [75, 's', '75 s'],
  [150, 's', '2.5 min'],
  [7200, 's', '2 h'],
  [259_200, 's', '3 d'],
  [250, 'ms', '250 ms'],
  [0.034, 'ratio', '3.4%'],
  [12_345, 'records/s', '12.3k records/s'],
  [0.02, 'runs/s', '1.2 runs/min'],
  [0.0017, 'runs/s', '6.12 runs/h'],
  [0, 'runs/s', '0 runs/s'],
  [1536, 'bytes', '1.5 KiB'],
  [1536, 'bytes/s', '1.5 KiB/s'],
  [42, 'tasks', '42 tasks'],
  [1.5, '', '1.5'],
])('figureText(%j, %j) is %j', (value, unit, want) =>
  expect(figureText(value, unit).replaceAll('\u202f', ' ')).toBe(want),
)

test('bytes stop at the largest unit', () => {
  expect(bytesFigure(0)).toEqual({ text: '0', unit: 'B' })
  expect(bytesFigure(1024 ** 7)).toEqual({ text: '1024', unit: 'EiB' })
})

test.each([
  [0.5, 'runs/s', 1, 'runs/s'],
  [0.05, 'runs/s', 60, 'runs/min'],
  [0.001, 'runs/s', 3600, 'runs/h'],
  [0, 'runs/s', 1, 'runs/s'],
  [0.05, 's', 1, 's'],
])('a line of at most %d %s is drawn ×%d in %s', (highest, unit, factor, shown) =>
  expect(rateScale(highest, unit)).toEqual({ factor, unit: shown }),
)
