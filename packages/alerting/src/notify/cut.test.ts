import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { cutTo, cutToBytes } from './cut.ts'

test.each([
  ['', ''],
  ['abc', 'abc'],
  ['abcd', 'ab…'],
  ['👍👍👍', '👍👍👍'],
  ['👍👍👍👍', '👍👍…'], // by characters, not by halves of them
])('cutTo(%j, 3) is %j', (text, want) => expect(cutTo(text, 3)).toBe(want))

test.each([
  ['abcd', 'abcd'],
  ['abcde', 'a…'],
  ['ä€', '…'], // 2 + 3 bytes
  ['👍', '👍'],
  ['👍a', '…'],
])('cutToBytes(%j, 4) is %j', (text, want) => expect(cutToBytes(text, 4)).toBe(want))

test('what is cut is as long as may be, and says so', () => {
  const texts = fc.string({ unit: 'binary', maxLength: 30 })
  fc.assert(
    fc.property(texts, fc.integer({ min: 3, max: 40 }), (text, max) => {
      const [chars, bytes] = [cutTo(text, max), cutToBytes(text, max)]
      expect(Array.from(chars).length).toBe(Math.min(Array.from(text).length, max))
      expect(Buffer.byteLength(bytes)).toBeLessThanOrEqual(max)
      for (const cut of [chars, bytes]) {
        expect(text === cut || (cut.endsWith('…') && text.startsWith(cut.slice(0, -1)))).toBe(true)
      }
    }),
  )
})
