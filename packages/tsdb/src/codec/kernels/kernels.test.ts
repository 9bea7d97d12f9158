import { describe, expect, test } from 'vitest'

import { ByteReader, ByteWriter } from '../bytes.ts'
import { decodeInts, encodeInts } from '../int-column.ts'
import { Kernels, SLOT_BYTES } from './kernels.ts'

const kernels = new Kernels()
const slot = kernels.takeSlot()!

/** What the kernel makes of a column, and what TypeScript makes of it. */
function both(values: Float64Array): { kernel: Float64Array | undefined; twin: Float64Array } {
  const out = new ByteWriter()
  encodeInts(values, values.length, out)
  const { length } = out
  out.zeros(8)
  slot.fill(0xff)
  slot.set(out.copy())
  const end = kernels.column(slot, 0, values.length)
  if (end > 0) expect(end).toBe(length)
  const twin = new Float64Array(values.length)
  decodeInts(new ByteReader(out.copy()), values.length, twin, 0)
  return { kernel: end === 0 ? undefined : kernels.scratch.slice(0, values.length), twin }
}

/** Numbers that look random, the same each time. */
function noise(i: number): number {
  const x = Math.imul(i + 1, 0x9e3779b1)
  return ((x ^ (x >>> 15)) >>> 0) / 2 ** 32
}

const counter = (width: number, unit: number): Float64Array => {
  let sum = 5
  return Float64Array.from(
    { length: 700 },
    (_, i) => (sum += Math.floor(noise(i) * 2 ** width) * unit),
  )
}

const gauge = (width: number, unit: number): Float64Array =>
  Float64Array.from({ length: 700 }, (_, i) => -900 + Math.floor(noise(i) * 2 ** width) * unit)

describe('a column by kernels is that of TypeScript', () => {
  test.each(Array.from({ length: 22 }, (_, i) => i + 1))('deltas of %d bits', (width) => {
    for (const unit of [1, 1000]) {
      const values = counter(width, unit)
      const { kernel, twin } = both(values)
      expect(kernel).toEqual(values)
      expect(twin).toEqual(values)
    }
  })

  test.each(Array.from({ length: 25 }, (_, i) => i + 1))('offsets of %d bits', (width) => {
    for (const unit of [1, 4096]) {
      const values = gauge(width, unit)
      const { kernel, twin } = both(values)
      expect(kernel).toEqual(values)
      expect(twin).toEqual(values)
    }
  })

  test('sparse blocks and patches', () => {
    const stairs = Float64Array.from({ length: 700 }, (_, i) => Math.floor(i / 9) * 37)
    const leaps = counter(5, 1).map((value, i) => value + Math.floor(i / 60) * 1e9)
    for (const values of [stairs, leaps]) expect(both(values).kernel).toEqual(values)
  })

  test('numbers that are too wide are left to TypeScript', () => {
    for (const values of [counter(40, 1), gauge(40, 1), counter(24, 1)]) {
      const { kernel, twin } = both(values)
      expect(kernel).toBeUndefined()
      expect(twin).toEqual(values)
    }
  })
})

test('slots are given out until none is left, and again when they come back', () => {
  const all = [slot]
  for (let next = kernels.takeSlot(); next !== undefined; next = kernels.takeSlot()) all.push(next)
  expect(new Set(all.map(({ byteOffset }) => byteOffset)).size).toBe(all.length)
  expect(all.every(({ length }) => length === SLOT_BYTES)).toBe(true)
  kernels.giveBack(all.at(-1)!)
  expect(kernels.takeSlot()?.byteOffset).toBe(all.at(-1)!.byteOffset)
  expect(kernels.takeSlot()).toBeUndefined()
})
