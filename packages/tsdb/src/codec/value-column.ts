/**
 * A column of doubles, kept bit for bit.
 *
 * Most metrics are whole numbers or short decimals. `12.25` is `1225 / 10²`, and the division of two
 * exact numbers is correctly rounded, so a column whose values all pass `round(v·10^e) / 10^e === v`
 * becomes a column of integers and one exponent (the idea of ALP: Afroozeh, Kuffo and Boncz, "ALP:
 * Adaptive Lossless floating-Point Compression", SIGMOD 2024, with one exponent a column). What does
 * not pass is an exception, kept raw beside it: stale markers, NaN, ±Inf, -0, long fractions.
 *
 * When exceptions are many, the values are doubles with full mantissas. Then the high and the low
 * halves become two integer columns: sign, exponent and top bits change slowly and pack well; the
 * low half costs what it costs, and nothing for values that came from a float32.
 *
 * ```
 * decimals   tag: exponent, bit 4: has exceptions · integers · [count · (gap · 8 bytes)…]
 * halves     tag 0x80 · integers: high 32 bits, signed · integers: low 32 bits
 * ```
 */
import type { ByteReader, ByteWriter } from './bytes.ts'
import { INT_MAX, decodeInts, decodeQuotients, encodeInts } from './int-column.ts'

const EXCEPTIONS = 0x10
const HALVES = 0x80
const EXPONENT_MAX = 14
/** Rounding must not be fooled by a product that is itself rounded up to the limit. */
const MANTISSA_MAX = INT_MAX / 2
/** Values looked at before a column is given up as decimals. */
const PROBE = 48

const POW10 = Float64Array.from({ length: EXPONENT_MAX + 1 }, (_, e) => 10 ** e)

let integers = new Float64Array(1024)
let others = new Float64Array(1024)
let exceptions = new Uint32Array(1024)

/** Writes `values[0, count)`. The count itself is not written; the reader must know it. */
export function encodeValues(values: Float64Array, count: number, out: ByteWriter): void {
  reserve(count)
  if (areWhole(values, count)) {
    out.u8(0)
    encodeInts(integers, count, out)
    return
  }
  const exponent = findExponent(values, count)
  if (exponent < 0) {
    encodeHalves(values, count, out)
    return
  }
  const exceptionCount = scale(values, count, exponent)
  if (exceptionCount > 1 + count / 16) {
    encodeHalves(values, count, out)
    return
  }
  out.u8(exceptionCount > 0 ? exponent | EXCEPTIONS : exponent)
  encodeInts(integers, count, out)
  if (exceptionCount > 0) writeExceptions(values, exceptionCount, out)
}

/**
 * Reads `count` values into `into[at, at + count)`.
 *
 * @returns true when the way they are kept tells that none is NaN, or less than the one before it
 */
export function decodeValues(
  input: ByteReader,
  count: number,
  into: Float64Array,
  at: number,
): boolean {
  const tag = input.u8()
  if (tag === HALVES) {
    decodeHalves(input, count, into, at)
    return false
  }
  const neverFalls = decodeQuotients(input, count, POW10[tag & 0x0f]!, into, at)
  if ((tag & EXCEPTIONS) === 0) return neverFalls
  readExceptions(input, into, at)
  return false
}

/** Whether all values are whole numbers that fit, the commonest case; if so, `integers` has them. */
export function areWhole(values: Float64Array, count: number): boolean {
  reserve(count)
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    if (value !== Math.floor(value) || value > MANTISSA_MAX || value < -MANTISSA_MAX) return false
    if (value === 0 && 1 / value < 0) return false
    integers[i] = value
  }
  return true
}

/** The least exponent at which all but a few values are whole numbers; -1: these are no decimals. */
function findExponent(values: Float64Array, count: number): number {
  let exponent = 0
  let failed = 0
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    if (isDecimal(value, exponent)) continue
    if (value - value !== 0) continue // NaN and infinities say nothing about the others
    let need = exponent + 1
    while (need <= EXPONENT_MAX && !isDecimal(value, need)) need++
    if (need <= EXPONENT_MAX) exponent = need
    else if (++failed > 1 + count / 16 || (i < PROBE && failed > PROBE / 8)) return -1
  }
  return exponent
}

function isDecimal(value: number, exponent: number): boolean {
  const power = POW10[exponent]!
  const scaled = Math.round(value * power)
  return scaled / power === value && scaled <= MANTISSA_MAX && scaled >= -MANTISSA_MAX
}

/** Fills `integers` and `exceptions`; says how many exceptions there are. */
function scale(values: Float64Array, count: number, exponent: number): number {
  const power = POW10[exponent]!
  let exceptionCount = 0
  let previous = 0
  for (let i = 0; i < count; i++) {
    const value = values[i]!
    const scaled = Math.round(value * power)
    const fits =
      scaled / power === value &&
      scaled <= MANTISSA_MAX &&
      scaled >= -MANTISSA_MAX &&
      (value !== 0 || 1 / value > 0)
    if (fits) {
      // Math.round(-0.3 * 0) and the like give -0, which an integer column cannot tell from 0.
      previous = scaled === 0 ? 0 : scaled
      if (exceptionCount === i) for (let k = 0; k < i; k++) integers[k] = previous
    } else {
      exceptions[exceptionCount++] = i
    }
    integers[i] = previous
  }
  return exceptionCount
}

function writeExceptions(values: Float64Array, exceptionCount: number, out: ByteWriter): void {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  out.varint(exceptionCount)
  let before = 0
  for (let k = 0; k < exceptionCount; k++) {
    const position = exceptions[k]!
    out.varint(position - before)
    out.raw(bytes.subarray(position * 8, position * 8 + 8))
    before = position
  }
}

function readExceptions(input: ByteReader, into: Float64Array, at: number): void {
  const bytes = new Uint8Array(into.buffer, into.byteOffset, into.byteLength)
  let position = at
  for (let left = input.varint(); left > 0; left--) {
    position += input.varint()
    bytes.set(input.raw(8), position * 8)
  }
}

function encodeHalves(values: Float64Array, count: number, out: ByteWriter): void {
  const words = new Int32Array(values.buffer, values.byteOffset, count * 2)
  for (let i = 0; i < count; i++) {
    integers[i] = words[2 * i + 1]!
    others[i] = words[2 * i]! >>> 0
  }
  out.u8(HALVES)
  encodeInts(integers, count, out)
  encodeInts(others, count, out)
}

function decodeHalves(input: ByteReader, count: number, into: Float64Array, at: number): void {
  reserve(count)
  decodeInts(input, count, integers, 0)
  decodeInts(input, count, others, 0)
  const words = new Int32Array(into.buffer, into.byteOffset + at * 8, count * 2)
  for (let i = 0; i < count; i++) {
    words[2 * i + 1] = integers[i]!
    words[2 * i] = others[i]!
  }
}

function reserve(count: number): void {
  if (integers.length >= count) return
  integers = new Float64Array(count * 2)
  others = new Float64Array(count * 2)
  exceptions = new Uint32Array(count * 2)
}
