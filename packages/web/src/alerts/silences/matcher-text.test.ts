import { assert, boolean, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { exactMatchers, matcherText, parseMatcher, parseMatchers } from './matcher-text.ts'

test.each([
  ['team="x"', { name: 'team', value: 'x', isRegex: false, isEqual: true }],
  [' team =~ "a|b" ', { name: 'team', value: 'a|b', isRegex: true, isEqual: true }],
  ['team!=x', { name: 'team', value: 'x', isRegex: false, isEqual: false }],
  ['team!~"x.*"', { name: 'team', value: 'x.*', isRegex: true, isEqual: false }],
  ['job="a \\"b\\" \\\\"', { name: 'job', value: 'a "b" \\', isRegex: false, isEqual: true }],
  ['job=""', { name: 'job', value: '', isRegex: false, isEqual: true }],
  ['team', undefined],
  ['team="x', undefined],
  ['="x"', undefined],
  ['team="x" b="y"', undefined],
])('%s', (text, want) => expect(parseMatcher(text)).toEqual(want))

test('lines are matchers, and the first that is none is told', () => {
  expect(parseMatchers('a="1"\n\nb\nc')).toMatchObject({ matchers: [{ name: 'a' }], wrong: 'b' })
})

test('what is written can be read', () => {
  const value = string({ unit: 'grapheme-ascii' })
  assert(
    property(value, boolean(), boolean(), (text, isRegex, isEqual) => {
      const matcher = { name: 'a_b', value: text, isRegex, isEqual }
      expect(parseMatcher(matcherText(matcher))).toEqual(matcher)
    }),
  )
  const labels = { a: '1\n2', b: '"é"' }
  expect(parseMatchers(exactMatchers(labels)).matchers.map((one) => one.value)).toEqual(
    Object.values(labels),
  )
})
