import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { SNAPPY_SLACK, snappyHead, unpackSnappy } from './decode.ts'
import { packSnappy } from './encode.ts'

/** The text of a packed body; undefined when it is refused. */
function unpacked(packed: Uint8Array): Uint8Array | undefined {
  const head = snappyHead(packed)
  if (head === undefined || head.textBytes > 1 << 24) return undefined
  const target = new Uint8Array(head.textBytes + SNAPPY_SLACK)
  return unpackSnappy(packed, head, target) ? target.subarray(0, head.textBytes) : undefined
}

/** The format again, byte by byte and with no care for speed. */
function slowly(packed: Uint8Array): number[] | undefined {
  const head = snappyHead(packed)
  if (head === undefined) return undefined
  const text: number[] = []
  const little = (at: number, count: number): number => {
    let value = 0
    for (let i = count - 1; i >= 0; i--) value = value * 256 + (packed[at + i] ?? Number.NaN)
    return value
  }
  for (let at = head.at; at < packed.length;) {
    const tag = packed[at++]!
    const kind = tag & 3
    if (kind === 0) {
      const extra = Math.max(0, (tag >> 2) - 59)
      const length = 1 + (extra > 0 ? little(at, extra) : tag >> 2)
      at += extra
      if (!(at + length <= packed.length)) return undefined
      text.push(...packed.subarray(at, at + length))
      at += length
    } else {
      const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
      const width = kind === 3 ? 4 : kind
      const distance = little(at, width) + (kind === 1 ? (tag >> 5) * 256 : 0)
      at += width
      if (!(distance > 0 && distance <= text.length)) return undefined
      for (let i = 0; i < length; i++) text.push(text[text.length - distance]!)
    }
    if (text.length > head.textBytes) return undefined
  }
  return text.length === head.textBytes ? text : undefined
}

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const repeating = fc
  .array(fc.constantFrom('http_requests_total', 'job', 'a', 'ab', '\0', 'instance-17'), {
    maxLength: 400,
  })
  .map((words) => new TextEncoder().encode(words.join('')))

test.each([
  ['empty', '00', ''],
  ['a literal', '03 08 616263', 'abc'],
  ['a copy of one byte, over itself', '05 00 61 01 01', 'aaaaa'],
  ['a copy with two bytes of distance', '06 08 616263 0a 0300', 'abcabc'],
  ['a copy with four bytes of distance', '06 08 616263 0b 03000000', 'abcabc'],
  ['a literal whose length has a byte of its own', '03 f0 02 616263', 'abc'],
  ['a literal whose length has four bytes', '03 fc 02000000 616263', 'abc'],
])('%s is unpacked', (_what, packed, text) => {
  expect(Buffer.from(unpacked(hex(packed))!).toString()).toBe(text)
})

test.each([
  ['nothing at all', ''],
  ['a length without end', 'ffffffffffff'],
  ['a length of 2 GiB', '8080808008'],
  ['no elements', '03'],
  ['a literal that breaks off', '03 08 6162'],
  ['a literal beyond the text', '02 08 616263'],
  ['a literal of 4 GiB', '03 fc ffffffff 616263'],
  ['a literal of 2 GiB', '03 fc ffffff7f 616263'],
  ['a copy before any text', '04 01 01'],
  ['a copy from before the text', '05 00 61 01 02'],
  ['a copy of distance 0', '05 00 61 01 00'],
  ['a copy beyond the text', '04 00 61 01 01'],
  ['a copy that breaks off', '05 00 61 02 01'],
  ['a copy whose distance is negative as a 32-bit number', '05 00 61 0f ffffffff'],
  ['text left over', '01 00 61 00 61'],
])('%s is refused', (_what, packed) => {
  expect(unpacked(hex(packed))).toBeUndefined()
})

test('what is packed is unpacked again, and is smaller when it repeats', () => {
  fc.assert(
    fc.property(fc.oneof(repeating, fc.uint8Array({ maxLength: 3000 })), (text) => {
      expect(unpacked(packSnappy(text))).toEqual(text)
    }),
  )
  const page = new TextEncoder().encode('http_requests_total{job="shop"} '.repeat(10_000))
  expect(packSnappy(page).length).toBeLessThan(page.length / 10)
  expect(unpacked(packSnappy(page))).toEqual(page)
})

test('any bytes are read as the slow decoder reads them', () => {
  const mutated = fc
    .tuple(repeating, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }))
    .map(([text, changes]) => {
      const packed = packSnappy(text)
      for (const [at, byte] of changes) packed[at % packed.length] = byte
      return packed
    })
  fc.assert(
    fc.property(fc.oneof(mutated, fc.uint8Array({ maxLength: 60 })), (packed) => {
      const head = snappyHead(packed)
      fc.pre(head === undefined || head.textBytes < 1 << 20)
      const want = slowly(packed)
      expect(unpacked(packed)).toEqual(want === undefined ? undefined : Uint8Array.from(want))
    }),
    { numRuns: 2000 },
  )
})
