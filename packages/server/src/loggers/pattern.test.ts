import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { matches } from './pattern.ts'

test.each([
  ['kafka_source', 'kafka_source', true],
  ['kafka_source', 'kafka_source.lag', false],
  ['kafka_source', 'Kafka_source', false],
  ['kafka_source.*', 'kafka_source.lag', true],
  ['kafka_source.*', 'kafka_source.a.b', true],
  ['kafka_source.*', 'kafka_source', false],
  ['kafka*', 'kafka', true],
  ['*', '', true],
  ['*', 'root', true],
  ['', '', true],
  ['', 'root', false],
  ['*.sink', 'orders.sink', true],
  ['*.sink', 'sink', false],
  ['a*a', 'a', false], // the same letter may not count twice
  ['a*a', 'aa', true],
  ['ab*ba', 'aba', false],
  ['*b*b', 'ab', false],
  ['a**b', 'ab', true],
  ['a.c', 'abc', false], // no regular expression
  ['[a]', '[a]', true],
])('%j against %j is %s', (pattern, name, want) => {
  expect(matches(pattern, name)).toBe(want)
})

test('agrees with a regular expression on everything', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '.'), maxLength: 12 })
  const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '.', '*'), maxLength: 8 })
  fc.assert(
    fc.property(pattern, text, (stars, name) => {
      const slow = new RegExp(`^${stars.replaceAll('.', '\\.').replaceAll('*', '.*')}$`, 's')
      return matches(stars, name) === slow.test(name)
    }),
  )
})
