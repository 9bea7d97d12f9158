import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { DetectedFrames, LengthFrames } from './length-frames.ts'
import type { FrameTakers, Frames } from './line-frames.ts'

interface Cut {
  readonly packets: string[]
  readonly refused: string[]
  /** Pushes until the connection had to end; -1 when it had not. */
  endedAt: number
}

function cut(make: (takers: FrameTakers) => Frames, chunks: readonly Uint8Array[]): Cut {
  const result: Cut = { packets: [], refused: [], endedAt: -1 }
  const frames = make({
    take: (bytes) => result.packets.push(Buffer.from(bytes).toString('latin1')),
    refuse: (reason) => result.refused.push(reason),
  })
  for (const [i, chunk] of chunks.entries()) {
    if (frames.push(chunk)) continue
    result.endedAt = i
    break
  }
  frames.end()
  return result
}

function framed(...packets: readonly string[]): Buffer {
  const parts = packets.map((packet) => {
    const head = Buffer.alloc(4)
    head.writeUInt32LE(Buffer.byteLength(packet))
    return Buffer.concat([head, Buffer.from(packet)])
  })
  return Buffer.concat(parts)
}

/** A head that promises so many bytes. */
function promise(length: number): Buffer {
  const head = Buffer.alloc(4)
  head.writeUInt32LE(length)
  return head
}

const byLength = (takers: FrameTakers): Frames => new LengthFrames(100, takers)
const detected = (takers: FrameTakers): Frames =>
  new DetectedFrames({ maxPacketBytes: 100, maxLineBytes: 50 }, takers)

test.each([
  ['nothing', [], [], [], -1],
  [
    'two packets in one piece',
    [framed('a:1|c', 'b:1|c\nc:1|c\n')],
    ['a:1|c', 'b:1|c\nc:1|c\n'],
    [],
    -1,
  ],
  ['as long as it may be', [framed('x'.repeat(100))], ['x'.repeat(100)], [], -1],
  ['too long by one', [framed('ok', 'x'.repeat(101))], ['ok'], ['packet_too_long'], 0],
  ['a length of 4 GiB', [promise(0xffffffff)], [], ['packet_too_long'], 0],
  ['a length of 0', [framed('ok', '')], ['ok'], ['packet_too_long'], 0],
  ['lies: promises more than comes', [promise(50), Buffer.from('a:1|c')], [], ['packet_cut'], -1],
  ['half a head', [Buffer.from([5, 0])], [], ['packet_cut'], -1],
])('lengths: %s', (_, chunks, packets, refused, endedAt) => {
  expect(cut(byLength, chunks)).toEqual({ packets, refused, endedAt })
})

test.each([
  ['lengths', [framed('a:1|c')], ['a:1|c'], []],
  ['lines', [Buffer.from('a:1|c\nb:2|c\n')], ['a:1|c\nb:2|c\n'], []],
  ['a line shorter than a head', [Buffer.from('a\n')], ['a\n'], []],
  [
    'lines whose first bytes come one by one',
    Array.from('a:1|c\n', (c) => Buffer.from(c)),
    ['a:1|c\n'],
    [],
  ],
  [
    'a head that comes in two',
    [framed('abc').subarray(0, 2), framed('abc').subarray(2)],
    ['abc'],
    [],
  ],
  ['a line that never ends', [Buffer.alloc(200, 'x')], [], ['line_too_long']],
])('told apart: %s', (_, chunks, packets, refused) => {
  const got = cut(detected, chunks)
  expect([got.packets, got.refused]).toEqual([packets, refused])
})

test('however a stream is torn, its packets are the same', () => {
  const packet = fc.string({
    unit: fc.constantFrom('a', '\n', '\u0000', 'é'),
    minLength: 1,
    maxLength: 20,
  })
  fc.assert(
    fc.property(fc.array(packet), fc.array(fc.nat(200)), (packets, cuts) => {
      const stream = framed(...packets)
      const places = [0, ...cuts.toSorted((a, b) => a - b), stream.length]
      const chunks = places.slice(1).map((to, i) => stream.subarray(places[i], to))
      const want = packets.map((text) => Buffer.from(text).toString('latin1'))
      expect(cut(byLength, chunks)).toEqual({ packets: want, refused: [], endedAt: -1 })
      expect(cut(detected, chunks).packets).toEqual(want)
    }),
  )
})

test('random bytes are taken, refused or end the connection, and nothing is kept beyond the limit', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 300 })), (chunks) => {
      const { packets } = cut(byLength, chunks)
      expect(packets.every(({ length }) => length > 0 && length <= 100)).toBe(true)
    }),
  )
})
