/** Reads a stream of bits, the first one the highest of its byte, as Prometheus's chunks have it. */
export class BitReader {
  readonly #bytes: Uint8Array
  /** Positions in bits. */
  #at: number
  readonly #end: number
  /** Upper and lower half of what {@link wide} and {@link double} read last. */
  high = 0
  low = 0

  /** Of `bytes[from, to)`. */
  constructor(bytes: Uint8Array, from: number, to: number) {
    this.#bytes = bytes
    this.#at = from * 8
    this.#end = to * 8
  }

  /** Whether more was read than there was; what came after the end is of no meaning. */
  get isOver(): boolean {
    return this.#at > this.#end
  }

  get bitsLeft(): number {
    return this.#end - this.#at
  }

  /** At most 25 bits, which lie within four bytes wherever they begin. */
  bits(count: number): number {
    const bytes = this.#bytes
    const at = this.#at
    const i = at >>> 3
    this.#at = at + count
    const word = (bytes[i]! << 24) | (bytes[i + 1]! << 16) | (bytes[i + 2]! << 8) | bytes[i + 3]!
    return count === 0 ? 0 : (word << (at & 7)) >>> (32 - count)
  }

  /** Ones up to a zero, which is read too, or up to `max` of them. */
  ones(max: number): number {
    let count = 0
    while (count < max && this.bits(1) === 1) count++
    return count
  }

  /** Up to 64 bits into {@link high} and {@link low}. */
  wide(count: number): void {
    this.high = count > 32 ? this.#word(count - 32) : 0
    this.low = this.#word(Math.min(count, 32))
  }

  #word(count: number): number {
    if (count <= 16) return this.bits(count)
    const upper = this.bits(count - 16)
    return ((upper << 16) | this.bits(16)) >>> 0
  }

  /** So many bits as a whole number without a sign; exact up to 2^53. */
  unsigned(count: number): number {
    this.wide(count)
    return this.high * 2 ** 32 + this.low
  }

  /** With a sign; of `n` bits up to 32, -(2^(n-1) - 1) to 2^(n-1); of longer ones what is exact, ±2^53. */
  signed(count: number): number {
    this.wide(count)
    const { high, low } = this
    if (count <= 32) return low > 2 ** (count - 1) ? low - 2 ** count : low
    const spare = 64 - count
    return ((high << spare) >> spare) * 2 ** 32 + low
  }

  double(): number {
    this.wide(64)
    words[1] = this.high
    words[0] = this.low
    return double[0]!
  }

  /** Seven bits a byte, the lowest first; exact up to 2^53. */
  uvarint(): number {
    let value = 0
    for (let scale = 1; scale < 2 ** 64; scale *= 128) {
      const byte = this.bits(8)
      value += (byte & 127) * scale
      if (byte < 128) break
    }
    return value
  }

  /** The same, zigzag. */
  varint(): number {
    const value = this.uvarint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Few bits for a small number: a prefix of ones tells how many follow. */
  varbitInt(): number {
    const count = VARBITS[this.ones(8)]!
    return count === 0 ? 0 : this.signed(count)
  }

  varbitUint(): number {
    const count = VARBITS[this.ones(8)]!
    return count === 0 ? 0 : this.unsigned(count)
  }
}

const VARBITS = [0, 3, 6, 9, 12, 18, 25, 56, 64] as const

const double = new Float64Array(1)
const words = new Uint32Array(double.buffer)

/** A double of which each one is told by what differs from the one before (XOR). */
export class XorDouble {
  high = 0
  low = 0
  #leading = 0
  #trailing = 0

  /** The first one stands as it is. */
  first(input: BitReader): void {
    input.wide(64)
    this.high = input.high
    this.low = input.low
  }

  next(input: BitReader): void {
    if (input.bits(1) === 0) return
    if (input.bits(1) === 1) {
      this.#leading = input.bits(5)
      const length = input.bits(6)
      // A length of 64 does not fit six bits.
      this.#trailing = Math.max(0, 64 - this.#leading - (length === 0 ? 64 : length))
    }
    const trailing = this.#trailing
    input.wide(64 - this.#leading - trailing)
    const { high, low } = input
    if (trailing >= 32) {
      this.high = (this.high ^ (low << (trailing - 32))) >>> 0
    } else if (trailing === 0) {
      this.high = (this.high ^ high) >>> 0
      this.low = (this.low ^ low) >>> 0
    } else {
      this.high = (this.high ^ ((high << trailing) | (low >>> (32 - trailing)))) >>> 0
      this.low = (this.low ^ (low << trailing)) >>> 0
    }
  }

  /** The stale marker, which is a NaN of its own. */
  get isStale(): boolean {
    return this.high === 0x7ff00000 && this.low === 2
  }

  get value(): number {
    words[1] = this.high
    words[0] = this.low
    return double[0]!
  }
}
