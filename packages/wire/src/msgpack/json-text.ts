import { isUtf8 } from 'node:buffer'
import type { MsgpackReader } from './reader.ts'

/** Deeper values are left out: nobody nests so, but for harm. */
const DEPTH_MAX = 64

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const OPEN_MAP = 0x7b
const CLOSE_MAP = 0x7d

const HEX = Buffer.from('0123456789abcdef')
/** The letter behind the backslash, for the control characters that have one. */
const SHORT: Readonly<Record<number, number>> = { 8: 0x62, 9: 0x74, 10: 0x6e, 12: 0x66, 13: 0x72 }

/**
 * Writes MessagePack as JSON text, with no value in between: numbers of 64 bits keep all their digits.
 * Numbers that JSON has not (NaN) and what is nested too deep become null; bytes that are no UTF-8 become
 * replacement characters, control characters escapes, extensions their bytes in hexadecimal. A pair whose key is
 * a list, a map or an extension is left out.
 */
export class MsgpackJson {
  #bytes = new Uint8Array(1024)
  #length = 0

  /**
   * The value at which the reader stands; it stands behind it then.
   *
   * @returns JSON as UTF-8, good until the next call
   * @throws {MsgpackCut} when the value is not whole
   */
  text(reader: MsgpackReader): Uint8Array {
    this.#length = 0
    this.#value(reader, 0)
    return this.#bytes.subarray(0, this.#length)
  }

  #value(reader: MsgpackReader, depth: number): void {
    switch (reader.kind()) {
      case 'nil':
      case 'broken':
        reader.at++
        this.#ascii('null')
        break
      case 'boolean':
        this.#ascii(reader.boolean() ? 'true' : 'false')
        break
      case 'integer':
        this.#ascii(String(reader.integer()))
        break
      case 'float':
        this.#float(reader.float())
        break
      case 'raw':
        this.#quoted(reader.raw())
        break
      case 'array':
        this.#list(reader, depth)
        break
      case 'map':
        this.#map(reader, depth)
        break
      case 'ext':
        this.#quoted(Buffer.from(Buffer.from(reader.ext().bytes).toString('hex')))
        break
    }
  }

  #float(value: number): void {
    this.#ascii(Number.isFinite(value) ? String(value) : 'null')
  }

  #list(reader: MsgpackReader, depth: number): void {
    if (depth === DEPTH_MAX) {
      this.#leaveOut(reader)
      return
    }
    const count = reader.length()
    this.#byte(OPEN_LIST)
    for (let i = 0; i < count; i++) {
      if (i > 0) this.#byte(COMMA)
      this.#value(reader, depth + 1)
    }
    this.#byte(CLOSE_LIST)
  }

  #map(reader: MsgpackReader, depth: number): void {
    if (depth === DEPTH_MAX) {
      this.#leaveOut(reader)
      return
    }
    const count = reader.length()
    this.#byte(OPEN_MAP)
    let written = 0
    for (let i = 0; i < count; i++) {
      const kind = reader.kind()
      if (kind === 'array' || kind === 'map' || kind === 'ext') {
        reader.skip()
        reader.skip()
        continue
      }
      if (written++ > 0) this.#byte(COMMA)
      if (kind === 'raw') {
        this.#quoted(reader.raw())
      } else {
        this.#byte(QUOTE)
        this.#value(reader, depth)
        this.#byte(QUOTE)
      }
      this.#byte(COLON)
      this.#value(reader, depth + 1)
    }
    this.#byte(CLOSE_MAP)
  }

  #leaveOut(reader: MsgpackReader): void {
    reader.skip()
    this.#ascii('null')
  }

  #quoted(raw: Uint8Array): void {
    const bytes = isUtf8(raw) ? raw : Buffer.from(Buffer.from(raw).toString('utf8'))
    this.#reserve(bytes.length * 6 + 2)
    const out = this.#bytes
    let at = this.#length
    out[at++] = QUOTE
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!
      if (byte >= 0x20 && byte !== QUOTE && byte !== BACKSLASH) {
        out[at++] = byte
        continue
      }
      out[at++] = BACKSLASH
      if (byte >= 0x20) {
        out[at++] = byte
        continue
      }
      const short = SHORT[byte]
      if (short !== undefined) {
        out[at++] = short
        continue
      }
      out[at++] = 0x75
      out[at++] = 0x30
      out[at++] = 0x30
      out[at++] = HEX[byte >> 4]!
      out[at++] = HEX[byte & 15]!
    }
    out[at++] = QUOTE
    this.#length = at
  }

  #ascii(text: string): void {
    this.#reserve(text.length)
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i)
  }

  #byte(byte: number): void {
    this.#reserve(1)
    this.#bytes[this.#length++] = byte
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more))
    grown.set(this.#bytes.subarray(0, this.#length))
    this.#bytes = grown
  }
}
