import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'

import { STALE_MARKER } from '@weir/model'

import { ByteReader, ByteWriter } from './bytes.ts'
import { INT_MAX, TAIL_BYTES, decodeInts, encodeInts } from './int-column.ts'
import { kernelsHere } from './kernels/kernels.ts'
import { SheetBuilder, SheetView } from './sheet.ts'
import { decodeValues, encodeValues } from './value-column.ts'

/** Doubles as their bits, so that NaNs and zeros are told apart. */
function bitsOf(values: Float64Array): string[] {
  return [...new BigUint64Array(values.buffer, values.byteOffset, values.length)].map(String)
}

const slot = kernelsHere()!.takeSlot()!

/** The same bytes where kernels can read them, with something else behind them. */
function forKernels(bytes: Uint8Array): ByteReader {
  slot.fill(0xa5)
  slot.set(bytes)
  return new ByteReader(slot)
}

function throughValues(values: Float64Array): { back: Float64Array; bytes: number } {
  const out = new ByteWriter(16)
  encodeValues(values, values.length, out)
  const bytes = out.length
  out.zeros(TAIL_BYTES)
  const back = new Float64Array(values.length + 2)
  const input = new ByteReader(out.copy())
  decodeValues(input, values.length, back, 1)
  expect(input.at).toBe(bytes)
  const byKernels = new Float64Array(values.length + 2)
  const again = forKernels(out.bytes.subarray(0, bytes))
  decodeValues(again, values.length, byKernels, 1)
  expect(again.at).toBe(bytes)
  expect(bitsOf(byKernels)).toEqual(bitsOf(back))
  return { back: back.slice(1, values.length + 1), bytes }
}

function throughInts(values: Float64Array): { back: Float64Array; bytes: number } {
  const out = new ByteWriter(16)
  encodeInts(values, values.length, out)
  const bytes = out.length
  out.zeros(TAIL_BYTES)
  const back = new Float64Array(values.length)
  const input = new ByteReader(out.copy())
  decodeInts(input, values.length, back, 0)
  expect(input.at).toBe(bytes)
  const byKernels = new Float64Array(values.length)
  const again = forKernels(out.bytes.subarray(0, bytes))
  decodeInts(again, values.length, byKernels, 0)
  expect(again.at).toBe(bytes)
  expect(bitsOf(byKernels)).toEqual(bitsOf(back))
  return { back, bytes }
}

const safeInt = fc.oneof(
  fc.integer({ min: -INT_MAX, max: INT_MAX }),
  fc.integer({ min: -100, max: 100 }),
  fc.constantFrom(0, INT_MAX, -INT_MAX, 2 ** 32, 2 ** 32 - 1, 2 ** 31, -(2 ** 31)),
)

/** Columns as metrics make them: a level, steps of some size, now and then a jump. */
const walk = fc
  .tuple(
    safeInt.map((n) => n / 4),
    fc.array(fc.oneof({ weight: 9, arbitrary: fc.integer({ min: -50, max: 99 }) }, safeInt), {
      maxLength: 400,
    }),
    fc.constantFrom(1, 5, 1000, 4096),
  )
  .map(([start, steps, unit]) => {
    let level = Math.round(start) + 0 // no -0, which is no whole number here
    return steps.map((step) => {
      const next = level + step * unit
      if (Math.abs(next) <= INT_MAX) level = next
      return level
    })
  })

/** Columns that mostly stand still. */
const rare = fc
  .array(
    fc.tuple(fc.integer({ min: 1, max: 40 }), fc.oneof(safeInt, fc.integer({ min: -9, max: 9 }))),
  )
  .map((runs) => runs.flatMap(([length, value]) => Array.from({ length }, () => value)))

const anyBits = fc
  .tuple(fc.integer(), fc.integer())
  .map(([low, high]) => new Float64Array(new Int32Array([low, high]).buffer)[0]!)

const odd = [0, -0, Number.NaN, Infinity, -Infinity, 5e-324, -5e-324, 2 ** 53, 2 ** 53 + 2, 1e308]

/** Small steps, and now and then one that is very large: blocks with patches, whose rest runs away. */
const leaps = fc
  .array(
    fc.oneof(
      { weight: 20, arbitrary: fc.integer({ min: -9, max: 9 }) },
      { weight: 1, arbitrary: fc.constantFrom(2 ** 45, -(2 ** 45), 2 ** 50, -(2 ** 50), 5000) },
    ),
    { minLength: 100, maxLength: 400 },
  )
  .map((steps) => {
    let value = 0
    return steps.map((step) => {
      if (Math.abs(value + step) <= 2 ** 51) value += step
      return value
    })
  })

describe('integer columns', () => {
  test('give back any safe integers', () => {
    fc.assert(
      fc.property(fc.oneof(fc.array(safeInt, { maxLength: 300 }), walk, rare, leaps), (numbers) => {
        const values = Float64Array.from(numbers)
        expect(throughInts(values).back).toEqual(values)
      }),
      { numRuns: 1000 },
    )
  })

  const count = 5760
  const column = (of: (i: number) => number): Float64Array =>
    Float64Array.from({ length: count }, (_, i) => of(i))
  test.each<[string, Float64Array, number]>([
    ['one value', column(() => 42), 12],
    ['times on the second', column((i) => 1.7e12 + i * 15_000), 16],
    ['times with one gap', column((i) => 1.7e12 + i * 15_000 + (i > 3000 ? 60_000 : 0)), 250],
    ['pages of memory', column((i) => 4096 * (1000 + ((i * 7919) % 100))), 5760],
    ['a gauge set every fourth scrape', column((i) => ((i >> 2) * 7919) % 1000), 3000],
    ['a spike in a hundred', column((i) => (i % 100 === 0 ? 1e9 + i : 3)), 700],
  ])('%s takes little', (_, values, most) => {
    const { back, bytes } = throughInts(values)
    expect(back).toEqual(values)
    expect(bytes).toBeLessThanOrEqual(most)
  })
})

describe('value columns', () => {
  test('give back every double bit for bit', () => {
    const value = fc.oneof(
      fc.double(),
      anyBits,
      fc.constantFrom(...odd, STALE_MARKER),
      fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 100),
    )
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 300 }), (numbers) => {
        const values = new Float64Array(numbers.length)
        for (const [i, number] of numbers.entries()) values[i] = number
        expect(bitsOf(throughValues(values).back)).toEqual(bitsOf(values))
      }),
      { numRuns: 300 },
    )
  })

  test('give back decimals with a few odd values among them', () => {
    const decimals = fc
      .integer({ min: 0, max: 6 })
      .chain((e) =>
        fc.array(
          fc.oneof(
            { weight: 30, arbitrary: fc.integer({ min: -1e6, max: 1e6 }).map((n) => n / 10 ** e) },
            { weight: 1, arbitrary: fc.constantFrom(...odd, STALE_MARKER) },
          ),
          { minLength: 1, maxLength: 300 },
        ),
      )
    fc.assert(
      fc.property(decimals, (numbers) => {
        const values = new Float64Array(numbers.length)
        for (const [i, number] of numbers.entries()) values[i] = number
        expect(bitsOf(throughValues(values).back)).toEqual(bitsOf(values))
      }),
      { numRuns: 300 },
    )
  })

  test('a stale marker at the end does not spoil a counter', () => {
    const values = Float64Array.from({ length: 480 }, (_, i) => i * 10)
    const plain = throughValues(values).bytes
    values[479] = STALE_MARKER
    const { back, bytes } = throughValues(values)
    expect(bitsOf(back)).toEqual(bitsOf(values))
    expect(bytes).toBeLessThan(plain + 40)
  })
})

function openSheet(view: SheetView, sheet: Uint8Array): boolean {
  view.room(sheet.length).set(sheet)
  return view.open(sheet.length, true)
}

describe('sheets', () => {
  const series = fc.uniqueArray(fc.integer({ min: 0, max: 100_000 }), { maxLength: 40 })

  test('give back each chunk by its series number', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1, max: 5 }), (ids, kinds) => {
        const builder = new SheetBuilder()
        const sorted = ids.toSorted((a, b) => a - b)
        const column = (id: number): [Float64Array, Float64Array] => {
          const count = 1 + (id % kinds) * 7
          const times = Float64Array.from(
            { length: count },
            (_, i) => 1.7e12 + i * 1000 + (id % kinds),
          )
          return [times, times.map((time) => time % (id + 1))]
        }
        for (const id of sorted) {
          const [times, values] = column(id)
          builder.add(id, times, values, times.length)
        }
        const view = new SheetView()
        expect(openSheet(view, builder.finish())).toBe(true)
        expect([...view.ids]).toEqual(sorted)
        for (const id of ids) {
          const [times, values] = column(id)
          const index = view.find(id)
          expect(view.count(index)).toBe(times.length)
          expect(view.times(index)).toEqual(times)
          const back = new Float64Array(times.length)
          view.values(index, back, 0)
          expect(back).toEqual(values)
        }
        expect(view.find(100_001)).toBe(-1)
      }),
    )
  })

  test('keep a column of times once for all who share it', () => {
    const times = Float64Array.from({ length: 100 }, (_, i) => 1.7e12 + i * 15_000 + ((i * 7) % 13))
    const sizeOf = (count: number): number => {
      const builder = new SheetBuilder()
      for (let id = 0; id < count; id++) builder.add(id, times, new Float64Array(100), 100)
      return builder.finish().length
    }
    expect(sizeOf(101) - sizeOf(1)).toBeLessThan(100 * 16)
  })

  test('keep values once for neighbours that have the same, and only with the same times', () => {
    const values = Float64Array.from({ length: 100 }, (_, i) => (i * i) % 97)
    const times = values.map((_, i) => i * 1000)
    const builder = new SheetBuilder()
    for (let id = 0; id < 9; id++) builder.add(id, times, values, 100)
    builder.add(
      9,
      times.map((time) => time + 1),
      values,
      100,
    )
    builder.add(10, times, values, 99)
    const sheet = builder.finish()
    expect(sheet.length).toBeLessThan(700)
    const view = new SheetView()
    openSheet(view, sheet)
    for (let id = 0; id < 11; id++) {
      const back = new Float64Array(view.count(id))
      view.values(id, back, 0)
      expect(back).toEqual(values.subarray(0, id === 10 ? 99 : 100))
    }
    expect(view.times(9)[0]).toBe(1)
  })

  test.each([
    ['nothing', (sheet: Uint8Array) => sheet.subarray(0, 0)],
    ['half a sheet', (sheet: Uint8Array) => sheet.subarray(0, sheet.length >> 1)],
    ['another magic', (sheet: Uint8Array) => sheet.with(0, 0)],
    ['a flipped bit', (sheet: Uint8Array) => sheet.with(60, sheet[60]! ^ 4)],
  ])('are refused: %s', (_, damage) => {
    const builder = new SheetBuilder()
    for (let id = 0; id < 4; id++) builder.add(id, Float64Array.of(1, 2), Float64Array.of(3, id), 2)
    expect(openSheet(new SheetView(), damage(builder.finish()))).toBe(false)
  })
})
