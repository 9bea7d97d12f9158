import { expect, test } from 'vitest'
import { inertText, listText, oneLine } from './inert-text.ts'

test.each([
  ['plain\ttext\nnext', 'plain\ttext\nnext'],
  ['<script>alert(1)</script>', '<script>alert(1)</script>'], // React writes it as text
  ['\u001b[2J\u001b]0;title\u0007', '\\x1b[2J\\x1b]0;title\\x07'],
  ['a\u0000b\rc\u007f', 'a\\x00b\\x0dc\\x7f'],
  ['user\u202egnp.exe', 'user\\u202egnp.exe'],
  ['\u009b31m', '\\x9b31m'],
  ['pay\u200bpal', 'pay\\u200bpal'],
  ['👩\u200d💻', '👩\u200d💻'], // the joiner makes one picture of two
])('%j is shown as %j', (text, want) => expect(inertText(text)).toBe(want))

test('the list leaves colours and what is too long out', () => {
  expect(listText('\u001b[31mred\u001b[0m \u001b[2J\n')).toBe('red \\x1b[2J')
  expect(listText('x'.repeat(5000))).toHaveLength(4001)
})

test('where lines do not wrap, several are one', () => {
  expect(oneLine('Error: no\n    at a.js:1\n\n    at b.js:2')).toBe(
    'Error: no ↵ at a.js:1 ↵ at b.js:2',
  )
  expect(oneLine('a \t b')).toBe('a \t b')
})
