const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

/** The upper and lower half of a double's bits. Through them a NaN keeps its bits. */
export function halvesOf(value: number): readonly [high: number, low: number] {
  double[0] = value
  return [words[1]!, words[0]!]
}

/** A stream of bits, the first one the highest of its byte, as Prometheus's chunks have it. */
export class BitWriter {
  #bytes = new Uint8Array(512)
  #length = 0
  /** Bits of the last byte that are still free. */
  #free = 0

  clear(): void {
    this.#bytes.fill(0, 0, this.#length)
    this.#length = 0
    this.#free = 0
  }

  get byteLength(): number {
    return this.#length
  }

  /** What was written; a view that holds until the next write. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.#length)
  }

  /** The lowest `count` bits of a number, at most 32. */
  bits(value: number, count: number): void {
    if (this.#length + 5 > this.#bytes.length) this.#grow()
    let left = count
    while (left > 0) {
      if (this.#free === 0) {
        this.#length++
        this.#free = 8
      }
      const take = Math.min(left, this.#free)
      const part = (value >>> (left - take)) & ((1 << take) - 1)
      this.#bytes[this.#length - 1]! |= part << (this.#free - take)
      this.#free -= take
      left -= take
    }
  }

  /** The lowest `count` bits of 64, given in halves. */
  wide(high: number, low: number, count: number): void {
    if (count > 32) this.bits(high, count - 32)
    this.bits(low, Math.min(count, 32))
  }

  /** A whole number within ±2^53 as two's complement. */
  int(value: number, count: number): void {
    const low = value % 2 ** 32
    this.wide(Math.floor(value / 2 ** 32) | 0, low | 0, count)
  }

  double(value: number): void {
    const [high, low] = halvesOf(value)
    this.wide(high, low, 64)
  }

  /** Bytes of a varint, seven bits each, the lowest first; up to 2^53. */
  uvarint(value: number): void {
    let left = value
    for (; left >= 0x80; left = Math.floor(left / 0x80)) this.bits((left % 0x80) | 0x80, 8)
    this.bits(left, 8)
  }

  /** Few bits for a small number: a prefix of ones tells how many follow. */
  varbitInt(value: number): void {
    this.#varbit(value, (bits) => value >= -(2 ** (bits - 1) - 1) && value <= 2 ** (bits - 1))
  }

  /** The same for a number that is not negative. */
  varbitUint(value: number): void {
    this.#varbit(value, (bits) => value < 2 ** bits)
  }

  #varbit(value: number, fits: (bits: number) => boolean): void {
    if (value === 0) {
      this.bits(0, 1)
      return
    }
    for (let i = 0; i < VARBITS.length; i++) {
      if (!fits(VARBITS[i]!)) continue
      // i + 1 ones, then a zero unless it is the last class.
      const isLast = i === VARBITS.length - 1
      if (isLast) this.bits(0xff, 8)
      else this.bits(2 ** (i + 2) - 2, i + 2)
      this.int(value, VARBITS[i]!)
      return
    }
  }

  #grow(): void {
    const grown = new Uint8Array(this.#bytes.length * 2)
    grown.set(this.#bytes)
    this.#bytes = grown
  }
}

const VARBITS = [3, 6, 9, 12, 18, 25, 56, 64] as const
