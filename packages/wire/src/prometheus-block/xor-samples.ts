import { type BitReader, XorDouble } from './bit-reader.ts'
import type { ChunkSamples } from './chunk-samples.ts'

/** How many bits a changed distance between times takes, by the ones before it. */
const CHANGES = [0, 14, 17, 20, 64] as const

/**
 * The samples of an XOR chunk; how it is laid out stands in `remote-read/xor-chunk.ts`, which writes them.
 *
 * @see prometheus:tsdb/docs/format/chunks.md (XOR chunk data)
 */
export function readXorSamples(input: BitReader, into: ChunkSamples): void {
  const count = input.bits(16)
  const value = new XorDouble()
  let timeMs = 0
  let delta = 0
  for (let i = 0; i < count && !input.isOver; i++) {
    if (i === 0) {
      timeMs = input.varint()
      value.first(input)
    } else {
      if (i === 1) {
        delta = input.uvarint()
      } else {
        const bits = CHANGES[input.ones(4)]!
        if (bits > 0) delta += input.signed(bits)
      }
      timeMs += delta
      value.next(input)
    }
    into.push(timeMs, value.high, value.low)
  }
}
