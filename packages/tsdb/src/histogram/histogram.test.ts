import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram } from '@weir/model'

import { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { anyHistogram, customOf, histogramOf } from '../test-histograms.ts'
import { admitHistogram } from './check.ts'
import { decodeHistogram, encodeHistogram, startsWithHistogram } from './record.ts'

function recordOf(h: NativeHistogram): Uint8Array {
  const out = new ByteWriter(4)
  encodeHistogram(h, out)
  return out.copy()
}

const ints = (...numbers: number[]): Int32Array => Int32Array.from(numbers)
const doubles = (...numbers: number[]): Float64Array => Float64Array.from(numbers)

describe('records', () => {
  test('give back any histogram, and end where they end', () => {
    fc.assert(
      fc.property(anyHistogram(), anyHistogram(), (h, other) => {
        const record = recordOf(h)
        const input = new ByteReader(Buffer.concat([record, Buffer.of(7, 7, 7)]))
        expect(decodeHistogram(input)).toEqual(h)
        expect(input.at).toBe(record.length)
        const longer = Buffer.concat([record, recordOf(other)])
        expect(startsWithHistogram(longer, record)).toBe(true)
        const isSame =
          fc.stringify({ ...h, resetHint: '' }) === fc.stringify({ ...other, resetHint: '' })
        expect(startsWithHistogram(recordOf(other), record)).toBe(isSame)
      }),
      { numRuns: 500 },
    )
  })

  test('of whole numbers are small', () => {
    const positive = Float64Array.from({ length: 60 }, (_, i) => 1000 + ((i * 7) % 13))
    const count = positive.reduce((sum, each) => sum + each, 0)
    const change = {
      positive,
      positiveSpans: ints(-20, 60),
      negative: doubles(),
      negativeSpans: ints(),
    }
    const h = histogramOf(0, { ...change, count })
    expect(recordOf(h).length).toBeLessThan(100)
  })
})

describe('what is admitted', () => {
  const float = { isFloat: true }
  test.each<[string, NativeHistogram, boolean]>([
    ['an integer histogram', histogramOf(3), true],
    ['one with bounds of its own', customOf(3), true],
    ['a float histogram whose count is anything', histogramOf(3, { ...float, count: 7.5 }), true],
    ['a float histogram whose count is below zero', histogramOf(3, { ...float, count: -1 }), true],
    ['a count that is too small', histogramOf(3, { count: 29 }), false],
    ['a count that is too large', histogramOf(3, { count: 31 }), false],
    [
      'a larger count beside a sum that is NaN',
      histogramOf(3, { count: 31, sum: Number.NaN }),
      true,
    ],
    [
      'a smaller count beside a sum that is NaN',
      histogramOf(3, { count: 29, sum: Number.NaN }),
      false,
    ],
    ['half an observation', histogramOf(3, { zeroCount: 2.5, count: 29.5 }), false],
    ['a bucket below zero', histogramOf(3, { positive: doubles(6, -9, 21) }), false],
    ['a negative bucket below zero', histogramOf(3, { ...float, negative: doubles(-1) }), false],
    [
      'a zero bucket below zero, of an integer',
      histogramOf(3, { zeroCount: -1, count: 26 }),
      false,
    ],
    ['a zero bucket below zero, of a float', histogramOf(3, { ...float, zeroCount: -1 }), true],
    ['more buckets than its spans name', histogramOf(3, { positiveSpans: ints(1, 2) }), false],
    ['fewer buckets than its spans name', histogramOf(3, { negativeSpans: ints(0, 2) }), false],
    ['spans that go back', histogramOf(3, { positiveSpans: ints(1, 2, -1, 1) }), false],
    ['half a span', histogramOf(3, { positiveSpans: ints(1, 2, 3, 1, 0) }), false],
    ['a span of a length below zero', histogramOf(3, { positiveSpans: ints(1, 4, 0, -1) }), false],
    [
      'spans that end beyond 32 bits',
      histogramOf(3, { positiveSpans: ints(2147483646, 3) }),
      false,
    ],
    ['schema -4', histogramOf(3, { schema: -4 }), true],
    ['schema -5', histogramOf(3, { schema: -5 }), false],
    ['schema 52', histogramOf(3, { schema: 52 }), true],
    ['schema 53', histogramOf(3, { schema: 53 }), false],
    ['half a schema', histogramOf(3, { schema: 0.5 }), false],
    ['bounds and a schema', histogramOf(3, { customValues: doubles(1) }), false],
    ['bounds that do not rise', customOf(3, { customValues: doubles(-1, 2, 2) }), false],
    ['a bound that is NaN', customOf(3, { customValues: doubles(-1, Number.NaN, 2) }), false],
    ['a bound of +Inf', customOf(3, { customValues: doubles(-1, 2, Infinity) }), false],
    ['fewer bounds than buckets', customOf(3, { customValues: doubles(1, 2) }), false],
    ['a zero bucket beside bounds', customOf(3, { zeroCount: 1, count: 19 }), false],
    ['a zero threshold beside bounds', customOf(3, { zeroThreshold: 1 }), false],
    ['negative buckets beside bounds', histogramOf(3, { schema: CUSTOM_BUCKETS_SCHEMA }), false],
    [
      'a first bucket before the first bound',
      customOf(3, { positiveSpans: ints(-1, 2, 1, 1) }),
      false,
    ],
  ])('%s: %#', (_, h, isAdmitted) => {
    expect(admitHistogram(h) !== undefined).toBe(isAdmitted)
  })

  test('whatever the tests make is taken as it is', () => {
    const isTaken = fc.property(anyHistogram(), (h) => admitHistogram(h) === h)
    fc.assert(isTaken)
  })

  test('a resolution finer than 8 is made coarser', () => {
    // Buckets -1 to 5 of schema 10 are -0, 0, 1, 1, 1, 1, 2 of schema 8; 9 is 3.
    const h = histogramOf(0, {
      schema: 10,
      positiveSpans: ints(-1, 7, 3, 1),
      positive: doubles(1, 2, 4, 8, 16, 32, 64, 128),
      negativeSpans: ints(),
      negative: doubles(),
      count: 255,
    })
    expect(admitHistogram(h)).toMatchObject({
      schema: 8,
      positiveSpans: ints(0, 4),
      positive: doubles(3, 60, 64, 128),
      count: 255,
    })
    const apart = { ...h, positiveSpans: ints(-1, 4, 100, 4) }
    expect(admitHistogram(apart)).toMatchObject({
      positiveSpans: ints(0, 2, 24, 2),
      positive: doubles(3, 12, 48, 192),
    })
  })
})
