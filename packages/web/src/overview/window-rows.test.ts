import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { rowWindow, topsOf } from './window-rows.ts'

test.each([
  ['the top', 0, { first: 0, end: 3, top: 0, total: 100 }],
  ['above the list', -1000, { first: 0, end: 0, top: 0, total: 100 }],
  ['the middle', 50, { first: 5, end: 8, top: 50, total: 100 }],
  ['the end', 95, { first: 9, end: 10, top: 90, total: 100 }],
])('%s', (_, viewTop, want) => {
  expect(rowWindow(topsOf(new Array<number>(10).fill(10)), viewTop, 20, 0)).toEqual(want)
})

test('an empty list', () => {
  expect(rowWindow(topsOf([]), 0, 100)).toEqual({ first: 0, end: 0, top: 0, total: 0 })
})

test('every row that touches the screen is drawn', () => {
  const heights = fc.array(fc.integer({ min: 1, max: 90 }), { minLength: 1, maxLength: 60 })
  fc.assert(
    fc.property(heights, fc.integer({ min: -200, max: 4000 }), (rows, viewTop) => {
      const tops = topsOf(rows)
      const { first, end } = rowWindow(tops, viewTop, 300, 0)
      for (let i = 0; i < rows.length; i++) {
        const visible = tops[i + 1]! > viewTop && tops[i]! <= viewTop + 300
        if (visible) expect(i >= first && i < end).toBe(true)
      }
    }),
  )
})
