const ZERO = 0x30
const DOT = 0x2e
const MINUS = 0x2d
const INTEGER = 0x69 // i
const UNSIGNED = 0x75 // u

/** Digits that fit an exact integer which a power of ten divides exactly. */
const DIGITS_MAX = 15
const POW10 = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, i) => 10 ** i)
/** Longer texts are no number anybody means; it also bounds the slow path. */
const TEXT_MAX = 400

const FLOAT = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const WHOLE = /^-?\d+$/

/**
 * The number `[from, to)` as line protocol writes it: a float, `12i`, `12u`. NaN when it is none: NaN
 * and infinities cannot be written, and whole numbers must fit 64 bits.
 *
 * Up to 15 digits are read in place, as in `statsd/decimal.ts`; the rest goes through Number().
 */
export function readNumber(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === MINUS
  const kind = bytes[to - 1]!
  const isWhole = kind === INTEGER || kind === UNSIGNED
  if (kind === UNSIGNED && negative) return Number.NaN
  const end = isWhole ? to - 1 : to
  let mantissa = 0
  let digits = 0
  let dot = -1
  for (let i = negative ? from + 1 : from; i < end; i++) {
    const digit = bytes[i]! - ZERO
    if (digit >= 0 && digit <= 9 && digits < DIGITS_MAX) {
      mantissa = mantissa * 10 + digit
      digits++
    } else if (bytes[i] === DOT && dot < 0 && !isWhole) {
      dot = i
    } else {
      return isWhole ? wholeSlowly(bytes, from, end, kind) : floatSlowly(bytes, from, end)
    }
  }
  if (digits === 0) return Number.NaN
  const value = dot < 0 ? mantissa : mantissa / POW10[end - dot - 1]!
  return negative ? -value : value
}

function floatSlowly(bytes: Uint8Array, from: number, to: number): number {
  const text = textOf(bytes, from, to)
  const value = FLOAT.test(text) ? Number(text) : Number.NaN
  return Number.isFinite(value) ? value : Number.NaN
}

const INT64_MIN = -(2n ** 63n)
const INT64_MAX = 2n ** 63n - 1n
const UINT64_MAX = 2n ** 64n - 1n

function wholeSlowly(bytes: Uint8Array, from: number, to: number, kind: number): number {
  const text = textOf(bytes, from, to)
  if (!WHOLE.test(text)) return Number.NaN
  const value = BigInt(text)
  const fits = kind === UNSIGNED ? value <= UINT64_MAX : value >= INT64_MIN && value <= INT64_MAX
  return fits ? Number(value) : Number.NaN
}

function textOf(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > TEXT_MAX) return ''
  return String.fromCharCode(...bytes.subarray(from, to))
}
