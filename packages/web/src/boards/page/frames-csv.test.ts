import type { Field, Frame } from '@weir/boards'
import { expect, test } from 'vitest'
import { framesCsv } from './frames-csv.ts'

const field = (type: Field['type'], values: Field['values'], name = 'x'): Field => ({
  name,
  type,
  values,
  config: {},
})
const frame = (...fields: Field[]): Frame => ({
  refId: 'A',
  fields,
  length: fields[0]?.values.length ?? 0,
})

test.each<[string, Field, string]>([
  [
    'numbers with all digits',
    field('number', [0.1 + 0.2, -1, 1e21]),
    '0.30000000000000004|-1|1e+21',
  ],
  ['what is missing', field('number', [null, NaN, 0]), '||0'],
  [
    'texts with signs of CSV',
    field('string', ['a,b', 'say "x"', 'two\nlines']),
    '"a,b"|"say ""x"""|"two\nlines"',
  ],
  [
    'formulas of spreadsheets',
    field('string', ['=1+1', '+x', '@y', '-z', '-5']),
    "'=1+1|'+x|'@y|'-z|-5",
  ],
  ['yes, no, objects', field('other', [true, { a: [1] }]), 'true|"{""a"":[1]}"'],
  ['times in the zone', field('time', [0, NaN]), '1970-01-01 01:00:00|'],
])('%s', (_what, one, want) => {
  const [head, ...rows] = framesCsv([frame(one)], 'Europe/Berlin').split('\r\n')
  expect(head).toBe('x')
  expect(rows.slice(0, -1).join('|')).toBe(want)
})

test('names as shown, frames one after the other with an empty line between', () => {
  const named = { ...field('number', [1]), displayName: 'Share, %' }
  const csv = framesCsv([frame(named, field('string', ['a'])), frame(field('number', [2]))], 'UTC')
  expect(csv).toBe('"Share, %",x\r\n1,a\r\n\r\nx\r\n2\r\n')
  expect(framesCsv([], 'UTC')).toBe('')
})
