import { isUtf8 } from 'node:buffer'

/** Kinds of fields on the wire. Groups (3, 4) are of protobuf's first version; nobody sends them. */
export const VARINT = 0
export const FIXED64 = 1
export const LENGTH = 2
const FIXED32 = 5

/** Numbers in one list of a message: a byte each on the wire, eight in memory. */
export const NUMBERS_MAX = 1 << 20

/**
 * Walks a protobuf message by hand: no object per field, no throw. What cannot be read sets
 * {@link bad} and moves past every end, so that loops `while (at < end)` end by themselves; a caller
 * looks at `bad` once, after the message.
 */
export class ProtoReader {
  readonly bytes: Uint8Array
  readonly view: DataView
  at: number
  end: number
  bad = false
  /** Whether some {@link text} was no UTF-8. */
  hasBadText = false

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.at = at
    this.end = end
  }

  /** Ends the walk: these bytes are not the message they should be. */
  fail(): void {
    this.bad = true
    this.at = this.bytes.length // beyond the end of whatever is being read
    this.end = 0
  }

  /** A varint below 2^32 such as a tag, a length or an index; longer ones are bad. */
  u32(): number {
    const { at, bytes } = this
    if (at + 1 < this.end) {
      const byte = bytes[at]!
      if (byte < 0x80) {
        this.at = at + 1
        return byte
      }
      const second = bytes[at + 1]!
      if (second < 0x80) {
        this.at = at + 2
        return (byte & 0x7f) | (second << 7)
      }
    }
    return this.#longU32()
  }

  #longU32(): number {
    const { bytes, end } = this
    let value = 0
    for (let shift = 0; this.at < end && shift <= 28; shift += 7) {
      const byte = bytes[this.at++]!
      value |= (byte & 0x7f) << shift
      if (byte >= 0x80) continue
      if (shift === 28 && byte > 0xf) break
      return value >>> 0
    }
    this.fail()
    return 0
  }

  /** A varint of 64 bits read as a signed number (`int64`); exact up to 2^53. */
  i64(): number {
    const { at } = this
    // Times of our days take six bytes.
    if (at + 8 <= this.end) {
      const low = this.view.getInt32(at, true)
      const next = this.view.getInt32(at + 4, true)
      if ((low & 0x80808080) === (0x80808080 | 0) && (next & 0x8080) === 0x80) {
        this.at = at + 6
        return septets(low) + ((next & 0x7f) | ((next & 0x7f00) >> 1)) * 2 ** 28
      }
    }
    return this.#slowI64()
  }

  #slowI64(): number {
    const { bytes, end } = this
    let low = 0
    let middle = 0
    let high = 0
    for (let i = 0; this.at < end && i < 10; i++) {
      const byte = bytes[this.at++]!
      const bits = byte & 0x7f
      if (i < 4) low |= bits << (7 * i)
      else if (i < 8) middle |= bits << (7 * (i - 4))
      else high |= bits << (7 * (i - 8))
      if (byte < 0x80) {
        if ((high & 0x80) !== 0) high = (high & 0xff) - 256
        return high * 2 ** 56 + middle * 2 ** 28 + low
      }
    }
    this.fail()
    return 0
  }

  /** The same as an unsigned number (`uint64`). */
  u64(): number {
    const value = this.i64()
    return value < 0 ? value + 2 ** 64 : value
  }

  /** A zigzag varint (`sint32`, `sint64`); exact up to 2^53. */
  zigzag(): number {
    const value = this.u64()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** A number without a sign in 64 bits (`fixed64`); exact up to 2^53. */
  fixed64(): number {
    const { at } = this
    if (at + 8 > this.end) {
      this.fail()
      return 0
    }
    this.at += 8
    return this.view.getUint32(at + 4, true) * 2 ** 32 + this.view.getUint32(at, true)
  }

  double(): number {
    if (this.at + 8 > this.end) {
      this.fail()
      return 0
    }
    this.at += 8
    return this.view.getFloat64(this.at - 8, true)
  }

  /** The length of a field that follows, checked to lie inside; where it ends. */
  lengthEnd(): number {
    const length = this.u32()
    if (length > this.end - this.at) {
      this.fail()
      return this.at
    }
    return this.at + length
  }

  /** A length and numbers behind each other. */
  packed(into: number[], kind: 'zigzag' | 'double' | 'u32'): void {
    const end = this.lengthEnd()
    const outer = this.end
    this.end = end
    while (this.at < end) this.one(into, kind)
    if (!this.bad) this.end = outer
  }

  /** One more number of a list; too long a list is bad. */
  one(into: number[], kind: 'zigzag' | 'double' | 'u32'): void {
    if (into.length >= NUMBERS_MAX) this.fail()
    else if (kind === 'double') into.push(this.double())
    else into.push(kind === 'zigzag' ? this.zigzag() : this.u32())
  }

  /** A length and so much text; what is no UTF-8 comes out as U+FFFD. */
  text(): string {
    const end = this.lengthEnd()
    return this.#text(end)
  }

  /** All that is left, as text. */
  rest(): string {
    return this.#text(this.end)
  }

  #text(end: number): string {
    const { bytes, at } = this
    this.at = end
    const text = utf8(bytes, at, end)
    if (text.includes('\ufffd') && !isUtf8(bytes.subarray(at, end))) this.hasBadText = true
    return text
  }

  /** Moves over a field of any kind. */
  skip(tag: number): void {
    switch (tag & 7) {
      case VARINT:
        this.i64()
        break
      case FIXED64:
        this.#jump(8)
        break
      case LENGTH:
        this.at = this.lengthEnd()
        break
      case FIXED32:
        this.#jump(4)
        break
      default:
        this.fail()
    }
    if (tag >>> 3 === 0) this.fail()
  }

  #jump(count: number): void {
    if (count > this.end - this.at) this.fail()
    else this.at += count
  }
}

/** `bytes[from, to)` as text. */
function utf8(bytes: Uint8Array, from: number, to: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('utf8')
}

/** The 28 bits that four bytes of a varint hold. */
function septets(word: number): number {
  return (
    (word & 0x7f) |
    ((word >> 1) & (0x7f << 7)) |
    ((word >> 2) & (0x7f << 14)) |
    ((word >> 3) & (0x7f << 21))
  )
}
