import { FIXED64, LENGTH, VARINT } from './reader.ts'

const encoder = new TextEncoder()

/** Builds a protobuf message, field by field. For answers and tests; nothing hot writes protobuf. */
export class ProtoWriter {
  #bytes = new Uint8Array(256)
  #view = new DataView(this.#bytes.buffer)
  length = 0

  /** The message so far; a view that holds until the next write. */
  get bytes(): Uint8Array<ArrayBuffer> {
    return this.#bytes.subarray(0, this.length)
  }

  clear(): this {
    this.length = 0
    return this
  }

  /** An `int64`, `uint32`, `bool` or enum. */
  int(field: number, value: number): this {
    return this.tag(field, VARINT).varint(value)
  }

  /** A `sint32` or `sint64`. */
  zigzag(field: number, value: number): this {
    return this.tag(field, VARINT).varint(zigzagOf(value))
  }

  double(field: number, value: number): this {
    this.tag(field, FIXED64).#reserve(8)
    this.#view.setFloat64(this.length, value, true)
    this.length += 8
    return this
  }

  text(field: number, text: string): this {
    return this.raw(field, encoder.encode(text))
  }

  /** A field of bytes, or a message that is finished already. */
  raw(field: number, bytes: Uint8Array): this {
    this.tag(field, LENGTH).varint(bytes.length)
    return this.append(bytes)
  }

  /** Bytes without a head. */
  append(bytes: Uint8Array): this {
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.length)
    this.length += bytes.length
    return this
  }

  message(field: number, write: (inner: ProtoWriter) => void): this {
    const inner = new ProtoWriter()
    write(inner)
    return this.raw(field, inner.bytes)
  }

  tag(field: number, kind: number): this {
    return this.varint(field * 8 + kind)
  }

  /** A whole number as 64 bits, two's complement; exact within ±2^53. */
  varint(value: number): this {
    this.#reserve(10)
    let low = value % 2 ** 28
    if (low < 0) low += 2 ** 28
    let rest = (value - low) / 2 ** 28
    if (rest < 0) rest += 2 ** 36
    if (rest === 0) {
      for (; low >= 0x80; low >>>= 7) this.#bytes[this.length++] = (low & 0x7f) | 0x80
      this.#bytes[this.length++] = low
      return this
    }
    for (let i = 0; i < 4; i++, low >>>= 7) this.#bytes[this.length++] = (low & 0x7f) | 0x80
    while (rest >= 0x80) {
      this.#bytes[this.length++] = (rest % 128) | 0x80
      rest = Math.floor(rest / 128)
    }
    this.#bytes[this.length++] = rest
    return this
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.length + count))
    grown.set(this.#bytes.subarray(0, this.length))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

/** How many bytes {@link ProtoWriter.varint} writes. */
export function varintBytes(value: number): number {
  if (value < 0) return 10
  let bytes = 1
  for (let left = value; left >= 0x80; left = Math.floor(left / 0x80)) bytes++
  return bytes
}

/** Zigzag: 0, -1, 1, -2, … as 0, 1, 2, 3, … */
export function zigzagOf(value: number): number {
  return value >= 0 ? value * 2 : -value * 2 - 1
}
