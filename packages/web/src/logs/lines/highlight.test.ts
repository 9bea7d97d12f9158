import { expect, test } from 'vitest'
import { highlighted, needlesOf } from './highlight.ts'

test.each([
  ['timeout', 'A Timeout, timeout', 'A [Timeout], [timeout]'],
  ['Timeout', 'A Timeout, timeout', 'A [Timeout], timeout'],
  ['"in 5 s" -x', 'x in 5 s', 'x [in 5 s]'],
  ['ab abc', 'xabcab', 'x[abc][ab]'],
  ['', 'x', 'x'],
  ['i', 'İi', 'İi'], // its small letters are longer
  ['a.b', 'axb a.b', 'axb [a.b]'],
])('%j in %j', (words, text, want) => {
  const parts = highlighted(text, needlesOf(words))
  expect(parts.map(({ text: part, isFound }) => (isFound ? `[${part}]` : part)).join('')).toBe(want)
})
