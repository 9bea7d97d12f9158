import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { JsonLineScanner } from './scan.ts'
import { withoutFields } from './without-fields.ts'

const WANTED = [
  { path: 'a', slot: 0 },
  { path: 'b.c', slot: 1 },
  { path: 'b.c.d', slot: 2 },
  { path: 'e', slot: 3 },
  { path: 'f', slot: 3 },
]
const scanner = new JsonLineScanner(WANTED)

/** The text of each slot, and where the object ends. */
function scan(text: string): { readonly end: number; readonly found: (string | undefined)[] } {
  const bytes = Buffer.from(`  ${text}"}]`)
  const end = scanner.scan(bytes, 2, 2 + Buffer.byteLength(text))
  const found = [0, 1, 2, 3].map((slot) =>
    scanner.kind[slot] === 3
      ? bytes.toString('latin1', scanner.from[slot], scanner.to[slot])
      : scanner.text(bytes, slot),
  )
  return { end: end < 0 ? end : end - 2, found: end < 0 ? [] : found }
}

test.each<[string, (string | undefined)[]]>([
  ['{"a":"x"}', ['x', undefined, undefined, undefined]],
  ['{"a":1,"b":{"c":true}}', ['1', 'true', undefined, undefined]],
  ['{"b.c":"x","b":{"c":{"d":"y"}}}', [undefined, 'x', 'y', undefined]],
  ['{"b":{"c.d":"y"}}', [undefined, undefined, 'y', undefined]],
  ['{"f":"second","e":"first"}', [undefined, undefined, undefined, 'first']],
  ['{"e":"first","f":"second"}', [undefined, undefined, undefined, 'first']],
  ['{"e":null,"f":"second"}', [undefined, undefined, undefined, 'second']],
  ['{"e":["x"],"f":{"a":"y"}}', [undefined, undefined, undefined, undefined]],
  ['{"x":{"a":"y"},"a":"z"}', ['z', undefined, undefined, undefined]],
  [String.raw`{"a":"q\"\\\u00e9","x":"\\"}`, ['q"\\é', undefined, undefined, undefined]],
  ['{ "a" : "x" , "z" : [ 1 , { "}" : "]" } ] }', ['x', undefined, undefined, undefined]],
  ['{}', [undefined, undefined, undefined, undefined]],
  ['{"a":""}', ['', undefined, undefined, undefined]],
])('%s', (text, found) => {
  expect(scan(text)).toEqual({ end: text.length, found })
})

test.each([
  '',
  '[]',
  '{',
  '{"a"',
  '{"a":',
  '{"a":1',
  '{"a":"x}',
  '{"a":1,}',
  '{a:1}',
  '{"a" 1}',
  '{"a":[}',
])('%j is no object', (text) => expect(scan(text).end).toBe(-1))

const json = fc.jsonValue({ maxDepth: 4 })
const keys = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'b.c', '"', '\\', 'é')
const objects = fc.dictionary(keys, fc.oneof(json, fc.dictionary(keys, json)))

test('every object of JSON is one, to its end', () => {
  fc.assert(
    fc.property(objects, fc.constantFrom(undefined, 1, '\t'), (object, indent) => {
      const text = JSON.stringify(object, undefined, indent)
      const { end, found } = scan(text)
      expect(end).toBe(Buffer.byteLength(text))
      const { a } = object
      if (typeof a === 'string') expect(found[0]).toBe(a)
    }),
  )
})

test('a beginning of an object is none', () => {
  fc.assert(
    fc.property(objects, fc.nat(), (object, cut) => {
      const text = JSON.stringify(object)
      const bytes = Buffer.from(text)
      const length = cut % bytes.length
      expect(new JsonLineScanner(WANTED).scan(bytes, 0, length)).toBe(-1)
    }),
  )
})

test('without some fields an object is what it is without them', () => {
  fc.assert(
    fc.property(objects, (object) => {
      const { a: _, ...rest } = object
      const text = withoutFields(Buffer.from(JSON.stringify(object)), ['a'])
      expect(JSON.parse(Buffer.from(text).toString())).toEqual(JSON.parse(JSON.stringify(rest)))
    }),
  )
})
