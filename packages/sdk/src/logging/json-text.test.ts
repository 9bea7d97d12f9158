import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { inert, quote } from './json-text.ts'

test.each([
  ['', '""'],
  ['plain', '"plain"'],
  ['a"b\\c', String.raw`"a\"b\\c"`],
  ['line\nfeed', String.raw`"line\nfeed"`],
  ['\u001b[31mred', String.raw`"\u001b[31mred"`],
  ['\u009b31mred', String.raw`"\u009b31mred"`], // one character that some terminals take for ESC [
  ['\u007f', String.raw`"\u007f"`],
  ['Grüße 漢字 😀', '"Grüße 漢字 😀"'],
  ['\ud800', String.raw`"\ud800"`], // half a character
])('quote(%j) is %s', (text, want) => expect(quote(text)).toBe(want))

test('quote gives JSON that reads back as it was, with no control in it', () => {
  const texts = fc
    .array(fc.nat(0xffff), { maxLength: 60 })
    .map((units) => String.fromCharCode(...units))
  fc.assert(
    fc.property(texts, (text) => {
      const json = quote(text)
      return JSON.parse(json) === text && !/[\u0000-\u001f\u007f-\u009f]/.test(json)
    }),
  )
})

test.each([
  ['a\tb\nc', String.raw`a\tb\nc`],
  ['\u001b]0;title\u0007', String.raw`\u001b]0;title\u0007`],
  ['abc\u202ecba', String.raw`abc\u202ecba`],
])('inert(%j) is %s', (text, want) => expect(inert(text)).toBe(want))
