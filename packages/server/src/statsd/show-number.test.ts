import { ExpositionPage, SeriesTable, parseText } from '@weir/wire'
import { expect, test } from 'vitest'
import { showNumber, showStoredNumber } from './show-number.ts'

test.each([
  [0.5, '0.5', '0.5'],
  [10, '10', '10.0'],
  [0, '0', '0.0'],
  [-2, '-2', '-2.0'],
  [999_999, '999999', '999999.0'],
  [1_000_000, '1e+06', '1e+06'],
  [12_345_678.5, '1.23456785e+07', '1.23456785e+07'],
  [0.0001, '0.0001', '0.0001'],
  [0.00005, '5e-05', '5e-05'],
  [1e-120, '1e-120', '1e-120'],
  [Infinity, '+Inf', '+Inf'],
])('%d shows as %s and is stored as %s', (value, shown, stored) => {
  expect([showNumber(value), showStoredNumber(value)]).toEqual([shown, stored])
  // What comes by scraping is spelled alike, so that both ways lead to one series.
  const table = new SeriesTable()
  const text = `# TYPE h histogram\nh_bucket{le="${shown}"} 1\n`
  expect(parseText(new TextEncoder().encode(text), table, new ExpositionPage())).toBeUndefined()
  expect(table.pairs(0)).toContain(stored)
})
