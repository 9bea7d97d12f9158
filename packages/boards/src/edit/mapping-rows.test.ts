import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { mappedValue } from '../field/mapping.ts'
import { type MappingRow, mappingRows, mappingsOf } from './mapping-rows.ts'

const result = fc.record({ text: fc.string() })
const row: fc.Arbitrary<MappingRow> = fc.oneof(
  fc.record({ kind: fc.constant('value' as const), value: fc.constantFrom('0', '1', '2'), result }),
  fc.record({
    kind: fc.constant('range' as const),
    from: fc.option(fc.integer({ min: -3, max: 3 })),
    to: fc.option(fc.integer({ min: -3, max: 3 })),
    result,
  }),
  fc.record({ kind: fc.constant('regex' as const), pattern: fc.constantFrom('1', '^2$'), result }),
  fc.record({
    kind: fc.constant('special' as const),
    match: fc.constantFrom('null+nan' as const, 'empty' as const),
    result,
  }),
)

test('rows become mappings and are the same rows again', () => {
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const again = mappingRows(mappingsOf(rows))
      expect(again).toEqual(
        rows.map((one, index) => ({ ...one, result: { ...one.result, index } })),
      )
    }),
  )
})

test('what a value reads as is what its first row says', () => {
  fc.assert(
    fc.property(fc.array(row), fc.integer({ min: -4, max: 4 }), (rows, value) => {
      const first = rows.find((one) => mappedValue(value, mappingsOf([one])) !== undefined)
      const alone = first && mappedValue(value, mappingsOf([first]))?.text
      expect(mappedValue(value, mappingsOf(rows))?.text).toBe(alone)
    }),
  )
})

test('single values keep the order of their index, and a kind of a later day its place', () => {
  const later = { type: 'script', options: {} } as never
  const mappings = [
    later,
    {
      type: 'value' as const,
      options: { 0: { text: 'no', index: 2 }, 1: { text: 'yes', index: 1 } },
    },
  ]
  const rows = mappingRows(mappings)
  expect(rows.map((one) => (one.kind === 'value' ? one.value : one.kind))).toEqual([
    'other',
    '1',
    '0',
  ])
  expect(mappingsOf(rows)[0]).toBe(later)
})
