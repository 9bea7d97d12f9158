import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { isNanText, readDecimal } from './decimal.ts'

function read(text: string): number {
  const bytes = new TextEncoder().encode(`x${text}y`)
  return readDecimal(bytes, 1, bytes.length - 1)
}

test.each([
  ['0', 0],
  ['-12.5', -12.5],
  ['+3', 3],
  ['.5', 0.5],
  ['5.', 5],
  ['-0', -0],
  ['1e3', 1000], // from here on the slow path
  ['2.5E-3', 0.0025],
  ['9007199254740993', 9007199254740992], // one more than a double can hold
  ['0.1234567890123456789', 0.12345678901234568],
  ['inf', Infinity],
  ['-Infinity', -Infinity],
  ['0x1p4', 16],
  ['-0x1.8p3', -12],
  ['12_500', 12500],
  ['1e999', Number.NaN], // out of range is refused
  ['1e-999', 0],
  ['nan', Number.NaN],
  ['', Number.NaN],
  ['-', Number.NaN],
  ['.', Number.NaN],
  ['1.2.3', Number.NaN],
  [' 4', Number.NaN],
  ['0xff', Number.NaN],
  ['0b1', Number.NaN],
  ['1,5', Number.NaN],
  ['_1', Number.NaN],
  ['1__0', Number.NaN],
  ['1_', Number.NaN],
  ['٣', Number.NaN], // a digit, but not one of ours
])('readDecimal(%j) is %d', (text, want) => expect(read(text)).toBe(want))

test('readDecimal agrees with Number() on every double JavaScript can print', () => {
  const numbers = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String)
  fc.assert(fc.property(numbers, (text) => Object.is(read(text), Number(text))))
})

test('readDecimal agrees with Number() on short decimals', () => {
  const decimals = fc
    .tuple(
      fc.integer({ min: -999_999_999, max: 999_999_999 }),
      fc.integer({ min: 0, max: 999_999 }),
    )
    .map(([whole, fraction]) => `${whole}.${fraction}`)
  fc.assert(fc.property(decimals, (text) => Object.is(read(text), Number(text))))
})

test.each([
  ['nan', true],
  ['NaN', true],
  ['-nan', false],
  ['nano', false],
])('isNanText(%j) is %s', (text, want) => {
  const bytes = new TextEncoder().encode(text)
  expect(isNanText(bytes, 0, bytes.length)).toBe(want)
})
