import { array, assert, json, property } from 'fast-check'
import { expect, test } from 'vitest'
import { parseSent } from './json-depth.ts'

test('what is JSON is read as JSON.parse reads it', () => {
  assert(
    property(json({ maxDepth: 8 }), (text) => {
      expect(parseSent(text)).toEqual(JSON.parse(text))
    }),
  )
})

test('brackets in texts are no depth', () => {
  const odd = array(json({ maxDepth: 0 }), { maxLength: 3 }).map((texts) => {
    return [...texts, '['.repeat(500), '"'.repeat(300), '\\'.repeat(99), '\\"['.repeat(300)]
  })
  assert(
    property(odd, (texts) => {
      expect(parseSent(JSON.stringify(texts))).toEqual(texts)
    }),
  )
})

test.each([
  [`${'['.repeat(200)}${']'.repeat(200)}`, ''],
  [`[${'[],'.repeat(1000)}1]`, ''],
  [`${'['.repeat(201)}${']'.repeat(201)}`, 'nested deeper than 200 levels'],
  [`${'{"a":'.repeat(201)}1${'}'.repeat(201)}`, 'nested deeper than 200 levels'],
  ['['.repeat(1_000_000), 'nested deeper than 200 levels'],
  ['"['.repeat(99), 'JSON'],
  ['"\\', 'JSON'],
])('%.20s…: %j', (text, want) => {
  if (want === '') expect(parseSent(text)).toBeInstanceOf(Array)
  else expect(() => parseSent(text)).toThrow(want)
})
