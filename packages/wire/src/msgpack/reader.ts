/** What the next value is. */
export type MsgpackKind =
  | 'nil'
  | 'boolean'
  | 'integer'
  | 'float'
  /** `str` and `bin` alike: many senders call bytes a text, and some a text bytes. */
  | 'raw'
  | 'array'
  | 'map'
  | 'ext'
  /** The one byte that MessagePack never uses, 0xc1. */
  | 'broken'

/** The bytes end within a value. */
export class MsgpackCut extends Error {
  override readonly name = 'MsgpackCut'
  constructor() {
    super('the bytes end within a value')
  }
}

/**
 * Walks over MessagePack without making objects: who asks says what it wants to know of each value.
 * Texts are handed out as their bytes.
 *
 *     reader.kind() → 'map'      what stands at `at`
 *     reader.length() → 3        its head is behind us; three keys and values follow
 *     reader.raw() → bytes       a key
 *     reader.skip()              its value, however deep
 *
 * @see https://github.com/msgpack/msgpack/blob/master/spec.md
 */
export class MsgpackReader {
  readonly bytes: Uint8Array
  readonly to: number
  at: number
  readonly #view: DataView

  constructor(bytes: Uint8Array, from = 0, to = bytes.length) {
    this.bytes = bytes
    this.at = from
    this.to = to
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, to)
  }

  get isAtEnd(): boolean {
    return this.at >= this.to
  }

  /** @throws {MsgpackCut} at the end, as all that follow do */
  kind(): MsgpackKind {
    return KINDS[this.#byte()]!
  }

  /** How many items an array has, pairs a map, bytes a raw; goes behind the head. */
  length(): number {
    const byte = this.#byte()
    this.at++
    if (byte < 0x90) return byte & 0x0f // fixmap
    if (byte < 0xa0) return byte & 0x0f // fixarray
    if (byte < 0xc0) return byte & 0x1f // fixstr
    switch (byte) {
      case 0xc4: // bin 8
      case 0xd9: // str 8
        return this.#uint8()
      case 0xc5: // bin 16
      case 0xda: // str 16
      case 0xdc: // array 16
      case 0xde: // map 16
        return this.#uint16()
      default:
        return this.#uint32()
    }
  }

  /** The bytes of a text or of bytes; a view. */
  raw(): Uint8Array {
    const length = this.length()
    const from = this.at
    this.#pass(length)
    return this.bytes.subarray(from, this.at)
  }

  boolean(): boolean {
    const byte = this.#byte()
    this.at++
    return byte === 0xc3
  }

  /** A whole number, exactly. */
  integer(): bigint | number {
    const byte = this.#byte()
    this.at++
    if (byte < 0x80) return byte
    if (byte >= 0xe0) return byte - 0x100
    const from = this.at
    this.#pass(1 << (byte & 3))
    switch (byte) {
      case 0xcc:
        return this.#view.getUint8(from)
      case 0xcd:
        return this.#view.getUint16(from)
      case 0xce:
        return this.#view.getUint32(from)
      case 0xcf:
        return this.#view.getBigUint64(from)
      case 0xd0:
        return this.#view.getInt8(from)
      case 0xd1:
        return this.#view.getInt16(from)
      case 0xd2:
        return this.#view.getInt32(from)
      default:
        return this.#view.getBigInt64(from)
    }
  }

  float(): number {
    const isDouble = this.#byte() === 0xcb
    this.at++
    const from = this.at
    this.#pass(isDouble ? 8 : 4)
    return isDouble ? this.#view.getFloat64(from) : this.#view.getFloat32(from)
  }

  /** An extension: its type, and its bytes as a view. */
  ext(): { readonly type: number; readonly bytes: Uint8Array } {
    const byte = this.#byte()
    this.at++
    let length: number
    if (byte === 0xc7) length = this.#uint8()
    else if (byte === 0xc8) length = this.#uint16()
    else if (byte === 0xc9) length = this.#uint32()
    else length = 1 << (byte - 0xd4)
    const from = this.at
    this.#pass(1 + length)
    return { type: this.#view.getInt8(from), bytes: this.bytes.subarray(from + 1, this.at) }
  }

  /** Goes behind a value, however much is in it; no deeper on the stack for that. */
  skip(): void {
    let wanted = 1
    while (wanted > 0) {
      wanted--
      switch (this.kind()) {
        case 'nil':
        case 'boolean':
        case 'broken':
          this.at++
          break
        case 'integer':
          this.integer()
          break
        case 'float':
          this.float()
          break
        case 'raw':
          this.raw()
          break
        case 'array':
          wanted += this.length()
          break
        case 'map':
          wanted += this.length() * 2
          break
        case 'ext':
          this.ext()
          break
      }
    }
  }

  #byte(): number {
    if (this.at >= this.to) throw new MsgpackCut()
    return this.bytes[this.at]!
  }

  #pass(count: number): void {
    if (this.at + count > this.to) throw new MsgpackCut()
    this.at += count
  }

  #uint8(): number {
    this.#pass(1)
    return this.#view.getUint8(this.at - 1)
  }

  #uint16(): number {
    this.#pass(2)
    return this.#view.getUint16(this.at - 2)
  }

  #uint32(): number {
    this.#pass(4)
    return this.#view.getUint32(this.at - 4)
  }
}

/** By first byte. */
const KINDS: readonly MsgpackKind[] = Array.from({ length: 256 }, (_, byte) => kindOf(byte))

function kindOf(byte: number): MsgpackKind {
  if (byte < 0x80 || byte >= 0xe0) return 'integer'
  if (byte < 0x90) return 'map'
  if (byte < 0xa0) return 'array'
  if (byte < 0xc0) return 'raw'
  if (byte === 0xc0) return 'nil'
  if (byte === 0xc1) return 'broken'
  if (byte < 0xc4) return 'boolean'
  if (byte < 0xc7) return 'raw'
  if (byte < 0xca) return 'ext'
  if (byte < 0xcc) return 'float'
  if (byte < 0xd4) return 'integer'
  if (byte < 0xd9) return 'ext'
  if (byte < 0xdc) return 'raw'
  return byte < 0xde ? 'array' : 'map'
}
