import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readNumber } from './number.ts'

const read = (text: string): number => {
  const bytes = Buffer.from(`x${text},`)
  return readNumber(bytes, 1, bytes.length - 1)
}

test.each([
  ['0', 0],
  ['-0.0', -0],
  ['00012', 12],
  ['0.000000000000000000001', 1e-21],
  ['0.00000000000000000000000000001', 1e-29],
  ['9007199254740993', 9007199254740992],
  ['9007199254740993.0', 9007199254740992],
  ['9007199254740993.00001', 9007199254740994],
  ['9007199254740992.99999', 9007199254740992],
  ['0.1234567890123456789', 0.12345678901234568],
  ['12345678901234567890', 1.2345678901234567e19],
  ['123456789012345678901234567890', 1.2345678901234568e29],
  ['1e5', 100000],
  ['9223372036854775807i', 2 ** 63],
  ['9223372036854775808i', Number.NaN],
  ['-9223372036854775808i', -(2 ** 63)],
  ['18446744073709551615u', 2 ** 64],
  ['18446744073709551616u', Number.NaN],
  ['-1u', Number.NaN],
  ['.', Number.NaN],
  ['-', Number.NaN],
  ['i', Number.NaN],
  ['-i', Number.NaN],
  ['1.5i', Number.NaN],
  ['1.2.3', Number.NaN],
  ['1e999', Number.NaN],
])('%s', (text, want) => expect(read(text)).toBe(want))

/** Many digits, with a dot somewhere. */
const decimal = fc
  .tuple(fc.bigInt(0n, 10n ** 21n), fc.nat(22), fc.boolean())
  .map(([digits, dot, negative]) => {
    const text = String(digits)
    const at = Math.max(0, text.length - dot)
    return `${negative ? '-' : ''}${text.slice(0, at)}.${text.slice(at)}`
  })

/** Just beside the middle between two doubles, where rounding is decided by the last digit. */
const nearMiddle = fc
  .tuple(fc.bigInt(2n ** 52n, 2n ** 53n - 1n), fc.constantFrom('.5', '.50001', '.49999'))
  .map(([whole, rest]) => `${whole}${rest}`)

test('what is read in place is what Number() reads', () => {
  const number = fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map(String),
    fc.double({ min: 0, max: 1000, noNaN: true }).map(String),
    decimal,
    nearMiddle,
  )
  fc.assert(
    fc.property(number, (text) => {
      expect(read(text)).toBe(Number(text))
    }),
    { numRuns: 20_000 },
  )
})
