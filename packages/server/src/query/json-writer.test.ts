import { SampleColumns } from '@weir/model'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JsonWriter, plainText, valueText } from './json-writer.ts'

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

function sampleText(timeMs: number, value: number): string {
  const out = new JsonWriter()
  out.sample(timeMs, value)
  return decode(out.finish())
}

describe('values', () => {
  test.each([
    [0, '0', '0'],
    [-0, '-0', '-0'],
    [1, '1', '1'],
    [-12, '-12', '-12'],
    [0.1, '0.1', '0.1'],
    [-0.25, '-0.25', '-0.25'],
    [0.001, '0.001', '0.001'],
    [12.05, '12.05', '12.05'],
    [0.0005, '0.0005', '0.0005'],
    [1.0005, '1.0005', '1.0005'],
    [999999999999.999, '999999999999.999', '999999999999.999'],
    [1e6, '1000000', '1000000'],
    [2 ** 31, '2147483648', '2147483648'],
    [-(2 ** 31) - 1, '-2147483649', '-2147483649'],
    [2 ** 53, '9007199254740992', '9007199254740992'],
    [2 ** 53 - 1, '9007199254740991', '9007199254740991'],
    [1e20, '100000000000000000000', '100000000000000000000'],
    [1e21, '1e+21', '1000000000000000000000'],
    [1.5e21, '1.5e+21', '1500000000000000000000'],
    [1.7976931348623157e308, '1.7976931348623157e+308', `17976931348623157${'0'.repeat(292)}`],
    [0.000001, '0.000001', '0.000001'],
    [1e-7, '1e-07', '0.0000001'],
    [1.5e-7, '1.5e-07', '0.00000015'],
    [-1e-10, '-1e-10', '-0.0000000001'],
    [5e-324, '5e-324', `0.${'0'.repeat(323)}5`],
    [Number.NaN, 'NaN', 'NaN'],
    [Infinity, '+Inf', '+Inf'],
    [-Infinity, '-Inf', '-Inf'],
  ])('%d is %j in a vector and %j as a scalar', (value, text, plain) => {
    expect(valueText(value)).toBe(text)
    expect(sampleText(0, value)).toBe(`[0,"${text}"]`)
    expect(plainText(value)).toBe(plain)
  })

  test('every double reads back as itself', () => {
    fc.assert(
      fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
        const [, text] = JSON.parse(sampleText(0, value)) as [number, string]
        expect(text).toBe(valueText(value))
        return Object.is(Number(text), value) && Object.is(Number(plainText(value)), value)
      }),
    )
  })

  test('decimals agree with String()', () => {
    const decimals = fc.tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 5 }))
    fc.assert(
      fc.property(decimals, ([n, places]) => {
        const value = n / 10 ** places
        return sampleText(0, value) === `[0,"${valueText(value)}"]`
      }),
      { numRuns: 2000 },
    )
  })

  test('whole numbers agree with String()', () => {
    fc.assert(fc.property(fc.maxSafeInteger(), (n) => sampleText(0, n) === `[0,"${String(n)}"]`))
  })
})

test.each([
  [0, '0'],
  [1000, '1'],
  [1500, '1.500'],
  [2, '0.002'],
  [1600096945479, '1600096945.479'],
  [1600096945000, '1600096945'],
  [-1500, '-1.500'],
  [-8.64e15, '-8640000000000'],
])('%d ms is %s', (ms, text) => expect(sampleText(ms, 1)).toBe(`[${text},"1"]`))

test('labels and strings are escaped', () => {
  const out = new JsonWriter()
  out.labels(['__name__', 'a"b', 'ünï', '\n\u{1f30a}'])
  expect(JSON.parse(decode(out.finish()))).toEqual({ __name__: 'a"b', ünï: '\n\u{1f30a}' })
})

test('what does not fit one chunk comes out whole, in a buffer of its own', () => {
  const columns = new SampleColumns()
  for (let i = 0; i < 100_000; i++) columns.push(i * 15_000, i / 7)
  const times = columns.times.subarray(0, columns.length)
  const values = columns.values.subarray(0, columns.length)
  const out = new JsonWriter()
  out.raw('[')
  out.samples(times, values)
  out.raw(`,"${'é'.repeat(1_000_000)}"]`)
  const length = out.length
  const bytes = out.finish()
  expect(bytes.length).toBe(length)
  expect(bytes.buffer.byteLength).toBe(length)
  const [samples, text] = JSON.parse(decode(bytes)) as [[number, string][], string]
  expect(samples.length).toBe(100_000)
  expect(samples[99_999]).toEqual([99_999 * 15, String(99_999 / 7)])
  expect(text.length).toBe(1_000_000)
  expect(out.length).toBe(0)
})

test('columns in a row are written as sample by sample, whatever times they share', () => {
  const time = fc.oneof(fc.integer({ min: -3, max: 12 }), fc.integer({ min: -2e12, max: 2e14 }))
  const column = fc
    .uniqueArray(fc.tuple(time, fc.double()), { selector: ([at]) => at, maxLength: 12 })
    .map((samples) => samples.toSorted(([a], [b]) => a - b))
  fc.assert(
    fc.property(fc.array(column, { maxLength: 5 }), (columns) => {
      const out = new JsonWriter()
      for (const samples of columns) {
        const [times, values] = [0, 1].map((i) => Float64Array.from(samples, (one) => one[i]!))
        out.samples(times!, values!)
      }
      const want = columns.map((list) => `[${list.map((one) => sampleText(...one)).join(',')}]`)
      expect(decode(out.finish())).toBe(want.join(''))
    }),
  )
})
