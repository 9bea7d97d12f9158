import { parser } from '@grafana/lezer-logql'
import { expect, test } from 'vitest'
import { formatLogQL } from '../format/format.ts'
import { INSTANT_QUERIES, LOG_QUERIES, RANGE_QUERIES } from '../testing/queries.ts'
import { parseLogQL } from './parse.ts'

/** Whether the grammar that editors use reads all of a text. */
function isRead(query: string): boolean {
  const cursor = parser.parse(query).cursor()
  do {
    if (cursor.type.isError) return false
  } while (cursor.next())
  return true
}

// The published grammar is made for highlighting: it lacks these, and has no error texts.
const LACKS = [
  /\bor "/,
  /json [a-z]+, /,
  /logfmt [a-z]+/,
  /approx_topk/,
  /by \(\)/,
  /group_left sum/,
  /50 level=/,
]

const queries = [...LOG_QUERIES, ...RANGE_QUERIES, ...INSTANT_QUERIES].filter(
  (query) => !LACKS.some((one) => one.test(query)),
)

test.each(queries)('the grammar of editors reads %s, and so do we', (query) => {
  expect(isRead(query)).toBe(true)
  expect(() => parseLogQL(query)).not.toThrow()
})

// NaN is written as Loki writes it, which no parser reads.
const written = [...LOG_QUERIES, ...RANGE_QUERIES].filter((query) => query !== '1 / 0')

test.each(written)('what is written neatly means the same: %s', (query) => {
  const neat = formatLogQL(query)
  expect(formatLogQL(neat)).toBe(neat)
})
