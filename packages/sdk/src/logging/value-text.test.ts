import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { Redaction } from './redaction.ts'
import { cut, valueText } from './value-text.ts'

const plain = new Redaction({ mask: [], hash: [] })
const read = (value: unknown): unknown => JSON.parse(valueText(value, plain))

test.each<[unknown, unknown]>([
  [{ a: [1, 'b', true, null] }, { a: [1, 'b', true, null] }],
  [12345678901234567890n, '12345678901234567890'],
  [
    [Number.NaN, Number.POSITIVE_INFINITY, -0],
    ['NaN', 'Infinity', 0],
  ],
  [new Date(0), '1970-01-01T00:00:00.000Z'],
  [new Date(Number.NaN), 'Invalid Date'],
  [
    new Map<unknown, unknown>([
      ['a', 1],
      [2, new Set([3])],
    ]),
    { a: 1, 2: [3] },
  ],
  [new Uint8Array(12), '[12 bytes]'],
  [Buffer.from('secret'), '[6 bytes]'],
  [() => 1, '[function]'],
  [Symbol('s'), 'Symbol(s)'],
  [{ a: undefined, b: [undefined] }, { b: [null] }],
  [{ toJSON: () => ({ seen: true }) }, { seen: true }],
  [new URL('http://h/p'), 'http://h/p'],
])('%o becomes %j', (value, want) => expect(read(value)).toEqual(want))

test('what refers to itself is named, what is there twice is written twice', () => {
  const shared = { x: 1 }
  const value: Record<string, unknown> = { one: shared, two: shared }
  value['self'] = value
  expect(read(value)).toEqual({ one: { x: 1 }, two: { x: 1 }, self: '[circular]' })
})

test('getters, toJSON and proxies that throw are shown as such, beside what can be read', () => {
  const value = {
    get bad(): never {
      throw new Error('not now')
    },
    good: 1,
    worse: {
      toJSON() {
        throw new Error('no JSON')
      },
    },
  }
  expect(read(value)).toEqual({
    bad: '[throws: not now]',
    good: 1,
    worse: '[unreadable: no JSON]',
  })
})

test('depth, entries and characters have limits, and what is left out is said', () => {
  let deep: unknown = 'bottom'
  for (let level = 0; level < 50; level++) deep = [deep]
  expect(valueText(deep, plain)).toBe(`${'['.repeat(10)}"[array]"${']'.repeat(10)}`)
  expect((read(Array.from({ length: 2_000 }, () => 0)) as unknown[]).at(-1)).toBe('[1000 more]')
  const wide = Object.fromEntries(Array.from({ length: 1_500 }, (_, i) => [`k${i}`, 0]))
  expect(Object.keys(read(wide) as object)).toHaveLength(1_001)
  const heavy = Array.from({ length: 100 }, () => 'x'.repeat(10_000))
  expect(valueText(heavy, plain).length).toBeLessThan(80_000)
  expect(read('y'.repeat(20_000))).toMatch(/^y{16384}… \(3616 characters more\)$/)
})

test('cut never leaves half a character', () => {
  expect(cut('ab😀cd', 3)).toBe('ab… (4 characters more)')
})

test('every value becomes JSON', () => {
  const values = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withNullPrototype: true,
    withSparseArray: true,
  })
  fc.assert(fc.property(values, (value) => JSON.parse(valueText(value, plain)) !== undefined))
})
