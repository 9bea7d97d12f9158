import type { Field, Frame } from '@weir/boards'
import { expect, test } from 'vitest'
import { afterClick, legendOptions, legendRows } from './legend-table.ts'
import { seriesTable } from './series-table.ts'

function frame(name: string, ...values: (number | null)[]): Frame {
  const time: Field = {
    name: 'Time',
    type: 'time',
    values: values.map((_, i) => i * 1000),
    config: {},
  }
  const value: Field = { name, type: 'number', values, config: {} }
  return { refId: 'A', fields: [time, value], length: values.length }
}

const { series } = seriesTable([
  frame('b10', 1, 5),
  frame('b2', 9, 2),
  frame('none', null, null),
  frame('a', 3, 3),
])

test.each<[string, object, string]>([
  ['as they come', {}, 'b10 b2 none a'],
  ['by name, figures as figures', { sortBy: 'Name' }, 'a b2 b10 none'],
  ['by name, backwards', { sortBy: 'Name', sortDesc: true }, 'none b10 b2 a'],
  ['by a column', { sortBy: 'Max', calcs: ['max'] }, 'a b10 b2 none'],
  [
    'backwards, what has none last',
    { sortBy: 'Max', sortDesc: true, calcs: ['max'] },
    'b2 b10 a none',
  ],
  ['by a column that is not there', { sortBy: 'Mean', calcs: ['max'] }, 'b10 b2 none a'],
  ['by nonsense', { sortBy: 7, calcs: 'max' }, 'b10 b2 none a'],
])('a legend is sorted %s', (_what, legend, want) => {
  const rows = legendRows(series, legendOptions({ legend }), { dark: false, timeZone: 'utc' })
  expect(rows.map(({ name }) => name).join(' ')).toBe(want)
})

test.each([
  ['alone', '', 'b', false, 'a c'],
  ['all again', 'a c', 'b', false, ''],
  ['another alone', 'a c', 'a', false, 'b c'],
  ['one less', '', 'b', true, 'b'],
  ['one more', 'a b', 'b', true, 'a'],
])('a click on the legend shows %s', (_what, hidden, clicked, isAdding, want) => {
  const before = new Set(hidden.split(' ').filter(Boolean))
  expect([...afterClick(before, ['a', 'b', 'c'], clicked, isAdding)].join(' ')).toBe(want)
})
