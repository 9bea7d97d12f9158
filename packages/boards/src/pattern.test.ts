import { expect, test } from 'vitest'
import { readPattern } from './pattern.ts'

test.each([
  ['/^cpu/', 'cpu0', true],
  ['/^CPU/i', 'cpu0', true],
  ['cpu|mem', 'a mem', true],
  ['/^(?!up).*$/', 'down', true],
  ['/^(?!up).*$/', 'upper', false],
  ['/used/', 'free', false],
] as const)('%s on %s: %s', (pattern, text, want) => {
  expect(readPattern(pattern)!.test(text)).toBe(want)
})

test('groups and replacing', () => {
  const pattern = readPattern('/(.*) of (.*)/')!
  expect(pattern.match('a of b')).toEqual(['a of b', 'a', 'b'])
  expect(pattern.replace('a of b', '$2: $1')).toBe('b: a')
  expect(readPattern('/a(b)?/g')!.replace('ab-a', '<$&$1$$$9>')).toBe('<abb$$9>-<a$$9>')
  expect(readPattern('/a/')!.replace('aa', 'b')).toBe('ba')
})

test.each(['/(/', 'x'.repeat(3000), '/(a)\\1/', '/(?<=a)b/'])(
  'cannot be read, or could run too long: %s',
  (pattern) => expect(readPattern(pattern)).toBeUndefined(),
)

test('what never ends elsewhere ends here', () => {
  expect(readPattern('/^(a+)+$/')!.test(`${'a'.repeat(5000)}!`)).toBe(false)
  expect(readPattern('/^(?!x)(a+)+$/')!.test(`${'a'.repeat(5000)}!`)).toBe(false)
})
