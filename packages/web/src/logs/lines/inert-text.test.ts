import { expect, test } from 'vitest'
import { inertText, listText } from './inert-text.ts'

test.each([
  ['plain\ttext\nnext', 'plain\ttext\nnext'],
  ['<script>alert(1)</script>', '<script>alert(1)</script>'], // React writes it as text
  ['\u001b[2J\u001b]0;title\u0007', '\\x1b[2J\\x1b]0;title\\x07'],
  ['a\u0000b\rc\u007f', 'a\\x00b\\x0dc\\x7f'],
  ['user\u202egnp.exe', 'user\\u202egnp.exe'],
  ['\u009b31m', '\\x9b31m'],
])('%j is shown as %j', (text, want) => expect(inertText(text)).toBe(want))

test('the list leaves colours and what is too long out', () => {
  expect(listText('\u001b[31mred\u001b[0m \u001b[2J\n')).toBe('red \\x1b[2J')
  expect(listText('x'.repeat(5000))).toHaveLength(4001)
})
