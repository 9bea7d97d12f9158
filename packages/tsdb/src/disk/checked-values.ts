/**
 * Values with a checksum: `bytes · CRC-32 of them (u32)`. The disk gives back what it has, not what
 * was written; a number read from it is right or the reading fails.
 */
import { crc32 } from 'node:zlib'

import { WeirError } from '@weir/model'

const CHECK_BYTES = 4

export function addChecksum(value: Uint8Array): Uint8Array {
  const out = new Uint8Array(value.length + CHECK_BYTES)
  out.set(value)
  new DataView(out.buffer).setUint32(value.length, crc32(value), true)
  return out
}

/** The value in memory of its own; undefined when its checksum is wrong. */
export function withoutChecksum(bytes: Uint8Array, size = bytes.length): Uint8Array | undefined {
  if (size < CHECK_BYTES) return undefined
  const value = Uint8Array.prototype.slice.call(bytes, 0, size - CHECK_BYTES)
  const at = bytes.byteOffset + value.length
  const want = new DataView(bytes.buffer, at, CHECK_BYTES).getUint32(0, true)
  return crc32(value) === want ? value : undefined
}

/** What lmdb calls to write and read the values of a table. */
export interface Encoder<T> {
  readonly encode: (value: T) => Uint8Array
  /** `size`: a number when the table is walked, anything else when one value is got. */
  readonly decode: (bytes: Uint8Array, size?: unknown) => T
}

/** An encoder for the table of this name. Reading throws `STORAGE_CORRUPT`. */
export function checkedBytes(file: string, table: string): Encoder<Uint8Array> {
  return {
    encode: addChecksum,
    decode: (bytes, size) => {
      const length = typeof size === 'number' ? size : bytes.length
      const value = withoutChecksum(bytes, length)
      if (value !== undefined) return value
      const where = `a record of table "${table}" in ${JSON.stringify(file)}`
      const advice = 'weir check data tells which, and what can be done'
      throw new WeirError(
        'STORAGE_CORRUPT',
        `Cannot read ${where}: its checksum is wrong; ${advice}`,
      )
    },
  }
}

export function checkedText(file: string, table: string): Encoder<string> {
  const bytes = checkedBytes(file, table)
  return {
    encode: (text) => bytes.encode(Buffer.from(text)),
    decode: (stored, size) => Buffer.from(bytes.decode(stored, size)).toString(),
  }
}
