import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { freshToken, tokenIdOf } from './token-text.ts'

/** What docs/access.md gives to scanners for leaked secrets. */
const SCANNER = /^weir_[0-9a-z]{10}_[0-9A-Za-z]{49}$/

test('a fresh token has the form that scanners look for, and says its id', () => {
  for (let i = 0; i < 200; i++) {
    const { id, text } = freshToken()
    expect(text).toMatch(SCANNER)
    expect(tokenIdOf(text)).toBe(id)
  }
})

test('one wrong character anywhere is seen without looking anything up', () => {
  const { text } = freshToken()
  const letter = fc.constantFrom('0', '9', 'a', 'q', 'z', 'A', 'M', 'Z', '_', '-', ' ', 'é')
  fc.assert(
    fc.property(fc.nat(text.length - 1), letter, (at, other) => {
      const wrong = text.slice(0, at) + other + text.slice(at + 1)
      return wrong === text || tokenIdOf(wrong) === undefined
    }),
  )
})

test.each([[''], ['weir_'], ['Bearer x'], ['weir_abcdefghij_']])('%j is no token', (text) => {
  expect(tokenIdOf(text)).toBeUndefined()
})
