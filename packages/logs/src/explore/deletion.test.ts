import { expect, test } from 'vitest'
import { deletionOf } from './deletion.ts'

const RANGE = { fromNs: 1n, toNs: 2n }

test('a selector and filters become what the store can test', () => {
  expect(deletionOf('{app="shop",level="debug"} |= "card"', RANGE)).toEqual({
    matchers: [{ name: 'app', operator: '=', value: 'shop' }],
    range: RANGE,
    conditions: [
      { kind: 'value', name: 'level', operator: '=', value: 'debug' },
      { kind: 'contains', text: 'card' },
    ],
  })
})

test.each([
  '{app="shop"} | line_format "{{.x}}" |= "y"', // of another text
  '{app="shop"} | label_format x=y | x="1"',
  'rate({app="shop"}[1m])',
])('%s deletes nothing', (query) => {
  expect(() => deletionOf(query, RANGE)).toThrow('Cannot delete by this query')
})

test('a selector of everything is refused, as in any query', () => {
  expect(() => deletionOf('{}', RANGE)).toThrow(/parse error/)
})
