import * as fc from 'fast-check'
import { expect, test } from 'vitest'

import { STALE_MARKER } from '@weir/model'

import { kernelsHere } from './kernels/kernels.ts'
import { SheetBuilder, SheetView } from './sheet.ts'

const COUNT = 300
const times = Float64Array.from({ length: COUNT }, (_, i) => 1000 * i)

/** Cumulative counters over the same traffic: `shares` of it end in each bucket. */
function buckets(shares: readonly number[], seed: number): Float64Array[] {
  let state = seed >>> 0
  const random = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32
  const columns = shares.map(() => new Float64Array(COUNT))
  const totals = shares.map(() => 0)
  for (let i = 0; i < COUNT; i++) {
    let sum = 0
    for (const [b, share] of shares.entries()) {
      totals[b]! += Math.floor(random() * share * 200)
      columns[b]![i] = sum += totals[b]!
    }
  }
  return columns
}

function falls(values: Float64Array): boolean {
  return values.some((value, i) => !(value >= (values[i - 1] ?? value)))
}

function bitsOf(values: Float64Array): string[] {
  return [...new BigUint64Array(values.buffer, values.byteOffset, values.length)].map(String)
}

function sheetOf(columns: readonly Float64Array[]): Uint8Array {
  const builder = new SheetBuilder()
  for (const [id, values] of columns.entries()) builder.add(id, times, values, values.length)
  return builder.finish()
}

function open(sheet: Uint8Array): SheetView {
  const view = new SheetView(kernelsHere())
  view.room(sheet.length).set(sheet)
  expect(view.open(sheet.length, true)).toBe(true)
  return view
}

const share = fc.constantFrom(0, 0.01, 0.1, 0.5, 1)
/** What spoils a column of whole numbers here and there. */
const spoil = fc.tuple(
  fc.nat(COUNT - 1),
  fc.constantFrom(STALE_MARKER, -0, 0.5, Number.NaN, 2 ** 53, Infinity, -7),
)

test('chunks come back bit for bit, whichever are asked for, in any order', () => {
  const shares = fc.array(share, { minLength: 1, maxLength: 40 })
  const asked = fc.array(fc.nat(), { maxLength: 30 })
  const spoils = fc.array(fc.tuple(fc.nat(), spoil), { maxLength: 4 })
  fc.assert(
    fc.property(shares, fc.integer(), spoils, asked, (parts, seed, spoiled, order) => {
      const columns = buckets(parts, seed)
      for (const [at, [i, value]] of spoiled) columns[at % columns.length]![i] = value
      using view = open(sheetOf(columns))
      for (const nth of [...order, 0, columns.length - 1]) {
        const back = new Float64Array(COUNT + 3)
        const neverFalls = view.values(nth % columns.length, back, 3)
        expect(bitsOf(back.slice(3))).toEqual(bitsOf(columns[nth % columns.length]!))
        if (neverFalls) expect(falls(back.slice(3))).toBe(false)
      }
    }),
    { numRuns: 200 },
  )
})

test('of buckets that count up it is known, whichever is asked for first', () => {
  const columns = buckets([1, 0.1, 0.5, 0], 3)
  for (const first of columns.keys()) {
    using view = open(sheetOf(columns))
    expect(view.values(first, new Float64Array(COUNT), 0)).toBe(true)
  }
  columns[1]![200] = 0
  using view = open(sheetOf(columns))
  expect(columns.map((_, i) => view.values(i, new Float64Array(COUNT), 0))[1]).toBe(false)
})

test('a bucket that few end in takes little beside the one below it', () => {
  const [low = new Float64Array(), ...above] = buckets([1, 0, 0.02, 0.02], 7)
  const alone = sheetOf([low]).length
  const all = sheetOf([low, ...above]).length
  expect(all - alone).toBeLessThan(alone)
  expect(sheetOf(above).length).toBeGreaterThan(alone)
})
