import { BitWriter, halvesOf } from './bit-writer.ts'

/**
 * Numbers as Prometheus's XOR chunk (Gorilla):
 *
 * ```
 * 2 bytes: how many samples
 * first   time as a zigzag varint · value, 64 bits
 * second  difference of times as a varint · value
 * others  how much that difference changed: 0 · 10 14 bits · 110 17 · 1110 20 · 1111 64 · value
 * value   0 when the same bits as before; else what is different (XOR), without the zeros around it:
 *         10 its place as last time · 11 5 bits of zeros before, 6 bits of length (64 is 0), then it
 * ```
 *
 * @see prometheus:tsdb/chunkenc/xor.go
 */
export class XorChunk {
  readonly #out = new BitWriter()
  #count = 0
  #time = 0
  #delta = 0
  #high = 0
  #low = 0
  #leading = NO_PLACE
  #trailing = 0

  get count(): number {
    return this.#count
  }

  clear(): void {
    this.#out.clear()
    this.#out.bits(0, 16)
    this.#count = 0
    this.#leading = NO_PLACE
    this.#trailing = 0
  }

  /** At most 65,535 samples, in order of time. */
  push(timeMs: number, value: number): void {
    const out = this.#out
    if (this.#count === 0) this.clear()
    const [high, low] = halvesOf(value)
    if (this.#count === 0) {
      out.uvarint(timeMs >= 0 ? timeMs * 2 : -timeMs * 2 - 1)
      out.wide(high, low, 64)
    } else {
      const delta = timeMs - this.#time
      if (this.#count === 1) out.uvarint(delta)
      else this.#change(delta - this.#delta)
      this.#delta = delta
      this.#value((high ^ this.#high) >>> 0, (low ^ this.#low) >>> 0)
    }
    this.#time = timeMs
    this.#high = high
    this.#low = low
    this.#count++
  }

  /** The chunk; a view that holds until the next change. */
  get bytes(): Uint8Array<ArrayBuffer> {
    const { bytes } = this.#out
    bytes[0] = this.#count >> 8
    bytes[1] = this.#count & 0xff
    return bytes
  }

  /** Forgets the samples. */
  next(): void {
    this.#count = 0
  }

  #change(change: number): void {
    const out = this.#out
    if (change === 0) {
      out.bits(0, 1)
      return
    }
    for (let i = 0; i < CHANGES.length; i++) {
      const bits = CHANGES[i]!
      if (change < -(2 ** (bits - 1) - 1) || change > 2 ** (bits - 1)) continue
      out.bits(2 ** (i + 2) - 2, i + 2)
      out.int(change, bits)
      return
    }
    out.bits(0xf, 4)
    out.int(change, 64)
  }

  #value(high: number, low: number): void {
    const out = this.#out
    if (high === 0 && low === 0) {
      out.bits(0, 1)
      return
    }
    // At most 31, so that it fits five bits.
    const leading = Math.min(31, high !== 0 ? Math.clz32(high) : 32 + Math.clz32(low))
    const trailing = low !== 0 ? trailingZeros(low) : 32 + trailingZeros(high)
    if (this.#leading !== NO_PLACE && leading >= this.#leading && trailing >= this.#trailing) {
      out.bits(0b10, 2)
    } else {
      this.#leading = leading
      this.#trailing = trailing
      out.bits(0b11, 2)
      out.bits(leading, 5)
      out.bits((64 - leading - trailing) & 63, 6)
    }
    const count = 64 - this.#leading - this.#trailing
    const shift = this.#trailing
    if (shift >= 32) out.wide(0, high >>> (shift - 32), count)
    else if (shift === 0) out.wide(high, low, count)
    else out.wide(high >>> shift, (high << (32 - shift)) | (low >>> shift), count)
  }
}

const CHANGES = [14, 17, 20] as const
const NO_PLACE = -1

function trailingZeros(word: number): number {
  return 31 - Math.clz32(word & -word)
}
