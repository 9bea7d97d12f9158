import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { alignMatrix, drawable, spacedColumn } from './align.ts'

test.each([
  ['1.5', 1.5],
  ['-0', -0],
  ['1e+21', 1e21],
  ['+Inf', null],
  ['-Inf', null],
  ['NaN', null],
])('drawable(%j) is %j', (text, want) => expect(drawable(text)).toBe(want))

test('gaps stay gaps and series share one x', () => {
  const columns = alignMatrix(
    [
      [
        [10, '1'],
        [30, '3'],
      ],
      [[20, '2']],
    ],
    10,
    30,
    10,
  )
  expect(columns.x).toEqual([10, 20, 30])
  expect(columns.ys).toEqual([
    [1, null, 3],
    [null, 2, null],
  ])
})

test('samples outside the range are left out, and a fractional step does not lose the last point', () => {
  expect(alignMatrix([[[99, '9']]], 0, 1, 0.1)).toEqual({
    x: Array.from({ length: 11 }, (_, i) => i * 0.1),
    ys: [new Array(11).fill(null)],
  })
})

test('agrees with a look-up by time', () => {
  const slots = fc.uniqueArray(fc.integer({ min: 0, max: 50 }))
  fc.assert(
    fc.property(slots, fc.integer({ min: 1, max: 60 }), (wanted, step) => {
      const start = 1_000_000
      const present = wanted.toSorted((a, b) => a - b)
      const pairs = present.map((slot) => [start + slot * step, String(slot)] as const)
      const { x, ys } = alignMatrix([pairs], start, start + 50 * step, step)
      const known = new Map(pairs.map(([at, text]) => [at, Number(text)]))
      expect(ys[0]).toEqual(x.map((at) => known.get(at) ?? null))
    }),
  )
})

test('spacedColumn counts in seconds', () => {
  expect(spacedColumn(1000, 500, 3)).toEqual([1, 1.5, 2])
})
