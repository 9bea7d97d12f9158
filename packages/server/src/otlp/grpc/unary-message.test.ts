import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { type FrameFault, UnaryMessage, framed } from './unary-message.ts'

/** The first fault, when bytes come in pieces of these lengths over and over. */
function pushed(
  bytes: Uint8Array,
  pieces: readonly number[],
): [FrameFault | undefined, UnaryMessage] {
  const message = new UnaryMessage()
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const to = at + pieces[turn % pieces.length]!
    const fault = message.push(bytes.subarray(at, to))
    if (fault !== undefined) return [fault, message]
    at = to
  }
  return [undefined, message]
}

const pieces = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1, maxLength: 5 })

test('a message comes out whole however its bytes are cut', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), pieces, fc.boolean(), (text, cut, isPacked) => {
      const bytes = framed(text)
      bytes[0] = Number(isPacked)
      const [fault, message] = pushed(bytes, cut)
      expect([fault, message.length, message.isPacked]).toEqual([undefined, text.length, isPacked])
      expect(message.whole()).toEqual(new Uint8Array(text))
    }),
  )
})

test('a part of it is not whole, and a byte more is a fault', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), pieces, fc.nat(), (text, cut, at) => {
      const bytes = framed(text)
      const [, part] = pushed(bytes.subarray(0, at % bytes.length), cut)
      expect(part.whole()).toBeUndefined()
      expect(pushed(Buffer.concat([bytes, Buffer.of(0)]), cut)[0]).toBe('more')
    }),
  )
})

test.each([
  ['nothing', [], undefined],
  ['another flag', [2], 'flag'],
  ['HTTP/1', [...Buffer.from('POST ')], 'flag'],
  ['a length of 4 GiB and one byte', [0, 255, 255, 255, 255, 7], undefined],
  ['a length of 0 and one byte', [0, 0, 0, 0, 0, 7], 'more'],
] as const)('%s', (_name, bytes, fault) => {
  const message = new UnaryMessage()
  expect(message.push(Uint8Array.from(bytes))).toBe(fault)
  expect(message.whole()).toBeUndefined()
})
