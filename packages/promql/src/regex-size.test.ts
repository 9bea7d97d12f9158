import { regexSize } from '@weir/model'
import * as fc from 'fast-check'
import { RE2JS } from 're2js'
import { expect, test } from 'vitest'

test.each([
  ['', 0],
  ['abc', 3],
  ['a{100}', 100],
  ['a{2,100}', 100],
  ['a{100,}', 101],
  ['a{0}', 1],
  ['(ab){100}', 400],
  ['((a{10}){10}){10}', 1220],
  ['(a?){1000}', 4000],
  ['[a-z]{10}', 50],
  ['[]a{1000}]', 10],
  ['[^\\]{9}]', 8],
  ['[[:alpha:]{9}]{2}', 28],
  ['\\d{50}', 50],
  ['\\pL{50}', 50],
  ['\\p{Greek}{50}', 50],
  ['\\x{41}{50}', 50],
  ['\\Qa{1000}\\E', 7],
  ['a\\{1000}', 7],
  ['a{,5}', 5],
  ['a{x}', 4],
  ['(a', 1],
  ['\\', 1],
])('%s is of size %d', (pattern, size) => {
  expect(regexSize(pattern)).toBe(size)
})

const atom = fc.constantFrom(
  'a',
  'é',
  '.',
  '\\d',
  '\\pL',
  '[a-c]',
  '[^]x]',
  '\\Q{9}\\E',
  '\\x{41}',
  '^',
  '(?i)k',
)
const times = fc.constantFrom('', '', '*', '+?', '?', '{3}', '{2,30}', '{20,}', '{x}', '{,4}')
const { pattern: patterns } = fc.letrec<{ pattern: string }>((tie) => ({
  pattern: fc
    .array(
      fc.tuple(
        fc.oneof(
          { maxDepth: 2 },
          atom,
          tie('pattern').map((inner) => `(${inner})`),
          tie('pattern').map((inner) => `(?:${inner}|b)`),
        ),
        times,
      ),
      { maxLength: 5 },
    )
    .map((parts) => parts.flat().join('')),
}))

test('what is compiled is never much larger', () => {
  fc.assert(
    fc.property(patterns, (pattern) => {
      let compiled: RE2JS
      try {
        compiled = RE2JS.compile(pattern)
      } catch {
        return // not an expression: nothing is compiled
      }
      expect(compiled.programSize()).toBeLessThanOrEqual(4 * regexSize(pattern) + 10)
    }),
  )
})

test('a long text takes no long time', () => {
  expect(regexSize('('.repeat(1_000_000))).toBe(0)
  for (const part of ['[', '[:a', '\\p{', '\\x{', '\\Q', '{9', '[[:a:]', '[^]']) {
    expect(regexSize(part.repeat(200_000))).toBeGreaterThan(0)
  }
})
