import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { labelsOfText } from './labels-text.ts'

test.each<[string, readonly string[] | undefined]>([
  ['{a="b"}', ['a', 'b']],
  [' { a = "b" , c_1="d,}" } ', ['a', 'b', 'c_1', 'd,}']],
  ['{a="b",}', ['a', 'b']],
  ['{}', []],
  ['{ }', []],
  [String.raw`{a="x\"y\\z\n\t\u00e9\U0001F600\x41\101"}`, ['a', 'x"y\\z\n\té😀AA']],
  ['{a=`b\\n`}', ['a', 'b\\n']],
  [String.raw`{a="\q"}`, undefined],
  ['{a="b" c="d"}', undefined],
  ['{a="b"', undefined],
  ['{a=b}', undefined],
  ['{a="b}', undefined],
  ['{1a="b"}', undefined],
  ['{a!="b"}', undefined],
  ['a="b"', undefined],
  ['', undefined],
])('%s', (text, want) => expect(labelsOfText(text)).toEqual(want))

test('values survive as JSON writes them, which Go reads too', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 4 }), (values) => {
      const told = values.map((value, i) => `l${i}=${JSON.stringify(value)}`)
      const want = values.flatMap((value, i) => [`l${i}`, value])
      expect(labelsOfText(`{${told.join(', ')}}`)).toEqual(want)
    }),
  )
})

test('a long text that is none costs its length', () => {
  expect(labelsOfText(`{${'a="b",'.repeat(100_000)}`)).toBeUndefined()
  expect(labelsOfText(`{a="${'\\'.repeat(200_000)}}`)).toBeUndefined()
})
