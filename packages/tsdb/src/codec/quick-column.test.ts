import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { STALE_MARKER } from '@weir/model'

import { ByteReader, ByteWriter } from './bytes.ts'
import { decodeQuick, encodeQuick } from './quick-column.ts'

function bitsOf(values: Float64Array): string[] {
  return [...new BigUint64Array(values.buffer, values.byteOffset, values.length)].map(String)
}

const anyBits = fc
  .tuple(fc.integer(), fc.integer())
  .map(([low, high]) => new Float64Array(new Int32Array([low, high]).buffer)[0]!)

const value = fc.oneof(
  anyBits,
  fc.maxSafeInteger(),
  fc.integer({ min: -300, max: 300 }),
  fc.integer().map((n) => n / 1000),
  fc.constantFrom(0, -0, Number.NaN, Infinity, -Infinity, 5e-324, 2 ** 53, 1e308, STALE_MARKER),
  fc.constantFrom(2 ** 47, -(2 ** 47), 2 ** 47 - 1, 2 ** 32, 2 ** 31, -(2 ** 31), 2 ** 47 / 1000),
)

test('any doubles come back bit for bit', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 100 }), (numbers) => {
      const values = new Float64Array(numbers.length)
      for (const [i, number] of numbers.entries()) values[i] = number
      const out = new ByteWriter(16)
      out.u8(7)
      encodeQuick(values, values.length, out)
      const input = new ByteReader(out.copy())
      input.u8()
      const back = new Float64Array(values.length)
      decodeQuick(input, values.length, back)
      expect(input.at).toBe(out.length)
      expect(bitsOf(back)).toEqual(bitsOf(values))
    }),
    { numRuns: 500 },
  )
})

test.each([
  ['nothing', 0, 0],
  ['a small number', 100, 1],
  ['a negative one', -100, 1],
  ['a counter', 1_000_000, 3],
  ['a latency', 0.125, 1],
  ['a third', 1 / 3, 8],
  ['not quite a number', Number.NaN, 8],
])('%s takes %d in %i bytes', (_, number, bytes) => {
  const out = new ByteWriter(16)
  encodeQuick(Float64Array.of(number), 1, out)
  expect(out.length).toBe(1 + bytes)
})
