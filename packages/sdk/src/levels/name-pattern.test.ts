import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { matchesPattern } from './name-pattern.ts'

test.each([
  ['*', '', true],
  ['*', 'a.b', true],
  ['kafka_source', 'kafka_source', true],
  ['kafka_source', 'kafka_source.reader', false],
  ['kafka_source.*', 'kafka_source.reader', true],
  ['kafka_source.*', 'kafka_source', false],
  ['*sink*', 'orders.sink.files', true],
  ['Kafka', 'kafka', false],
  ['a.b', 'axb', false],
  ['', '', true],
  ['', 'a', false],
])('%j matches %j: %j', (pattern, name, want) => expect(matchesPattern(pattern, name)).toBe(want))

test('it agrees with the regular expression that says the same', () => {
  const text = fc.stringMatching(/^[ab.*]{0,12}$/)
  fc.assert(
    fc.property(text, text, (pattern, name) => {
      const source = pattern.replaceAll('.', '\\.').replaceAll('*', '.*')
      return matchesPattern(pattern, name) === new RegExp(`^${source}$`).test(name)
    }),
  )
})

test('a pattern of many stars ends soon', () => {
  expect(matchesPattern(`${'*a'.repeat(500)}b`, 'a'.repeat(10_000))).toBe(false)
})
