/**
 * A column of doubles that is written in one pass, for bytes that live for minutes: the values of a
 * batch belong to as many series, so there is nothing between neighbours to find, and what counts is
 * the time it takes. Measured on pipeline data: 2.8 bytes and 8 ns a value, where `value-column.ts`
 * takes 3.5 bytes and 85 ns.
 *
 * ```
 * kinds   4 bits a value, two a byte, low half first
 *         0…6   whole number of that many bytes        sign in its lowest bit, low byte first
 *         8…14  thousandths, of that many bytes less 8
 *         15    the eight bytes of a double
 * bytes   of the values, one behind the other
 * ```
 */
import type { ByteReader, ByteWriter } from './bytes.ts'

const THOUSANDTHS = 8
const RAW = 15
const RAW_BYTES = 8
/** Six bytes with a sign. */
const LIMIT = 2 ** 47
const TWO_32 = 2 ** 32

/** Writes `values[0, count)`. The count itself is not written; the reader must know it. */
export function encodeQuick(values: Float64Array, count: number, out: ByteWriter): void {
  const kindsBytes = (count + 1) >>> 1
  out.reserve(kindsBytes + count * RAW_BYTES)
  const { bytes } = out
  const source = new Uint8Array(values.buffer, values.byteOffset, count * 8)
  let kindsAt = out.length
  let at = kindsAt + kindsBytes
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    let scaled = value
    let kind = 0
    if (value !== Math.floor(value)) {
      scaled = Math.round(value * 1000)
      kind = scaled / 1000 === value ? THOUSANDTHS : RAW
    }
    if (!(scaled < LIMIT && scaled > -LIMIT) || (value === 0 && 1 / value < 0)) kind = RAW
    if (kind === RAW) {
      for (let k = i * 8; k < i * 8 + 8; k++) bytes[at++] = source[k]!
    } else {
      const zigzag = scaled < 0 ? -2 * scaled - 1 : 2 * scaled
      let low = zigzag >>> 0
      if (zigzag < TWO_32) {
        for (; low > 0; low >>>= 8, kind++) bytes[at++] = low
      } else {
        for (let k = 0; k < 4; k++, low >>>= 8, kind++) bytes[at++] = low
        for (let high = (zigzag / TWO_32) >>> 0; high > 0; high >>>= 8, kind++) bytes[at++] = high
      }
    }
    if ((i & 1) === 0) bytes[kindsAt] = kind
    else bytes[kindsAt++]! |= kind << 4
  }
  out.length = at
}

/** Reads `count` values into `into[0, count)`. */
export function decodeQuick(input: ByteReader, count: number, into: Float64Array): void {
  const { bytes } = input
  const kindsAt = input.at
  let at = kindsAt + ((count + 1) >>> 1)
  const target = new Uint8Array(into.buffer, into.byteOffset, count * 8)
  for (let i = 0; i < count; i++) {
    const kind = (bytes[kindsAt + (i >>> 1)]! >>> ((i & 1) * 4)) & 15
    if (kind === RAW) {
      for (let k = i * 8; k < i * 8 + 8; k++) target[k] = bytes[at++]!
      continue
    }
    const size = kind & 7
    let low = 0
    for (let k = 0; k < size && k < 4; k++) low |= bytes[at + k]! << (k * 8)
    let half = low >>> 1
    for (let k = 4; k < size; k++) half += bytes[at + k]! * 2 ** (k * 8 - 1)
    at += size
    const whole = (low & 1) === 0 ? half : -half - 1
    into[i] = kind < THOUSANDTHS ? whole : whole / 1000
  }
  input.at = at
}
