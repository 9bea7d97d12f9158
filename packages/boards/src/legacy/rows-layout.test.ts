import { expect, test } from 'vitest'
import type { Json } from '../json.ts'
import { panelsOfRows, perRow } from './rows-layout.ts'

const places = (board: Json): unknown[] =>
  panelsOfRows(board).map(({ title, gridPos }) => {
    const { x, y, w, h } = gridPos as Record<string, number>
    return [title, x, y, w, h]
  })

test('spans of twelve become columns of 24, pixels become units, full lines wrap', () => {
  const panels = [
    { title: 'a', span: 6 },
    { title: 'b', span: 6, height: '100px' },
    { title: 'c', span: 6, height: 152 },
    { title: 'd' },
  ]
  expect(places({ rows: [{ panels }] })).toEqual([
    ['a', 0, 0, 12, 7],
    ['b', 12, 0, 12, 3],
    ['c', 12, 3, 12, 4],
    ['d', 0, 7, 8, 7],
  ])
})

test('heads of rows are there once one of them says something', () => {
  const rows = [
    { title: 'first', height: 38, panels: [{ title: 'a', span: 12 }] },
    { title: 'second', collapse: true, panels: [{ title: 'b' }] },
    { title: 'third', panels: [] },
  ]
  expect(places({ rows })).toEqual([
    ['first', 0, 0, 24, 1],
    ['a', 0, 1, 24, 1],
    ['second', 0, 2, 24, 1],
    ['third', 0, 3, 24, 1],
  ])
  expect(panelsOfRows({ rows })[2]!['panels']).toMatchObject([{ title: 'b', gridPos: { y: 3 } }])
})

test.each([
  [1, 24],
  [3, 6],
  [4, 6],
  [5, 4],
  [12, 2],
  [24, 1],
])('of panels at least %d wide, %d stand on a line', (span, want) =>
  expect(perRow(span)).toBe(want),
)
