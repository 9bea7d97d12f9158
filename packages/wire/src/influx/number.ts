const ZERO = 0x30
const DOT = 0x2e
const MINUS = 0x2d
const INTEGER = 0x69 // i
const UNSIGNED = 0x75 // u

/** Digits of an integer that a double holds exactly, and how many more are read beside them. */
const DIGITS_MAX = 15
const MORE_MAX = 5
/** Powers of ten that a double holds exactly. */
const POW10 = Float64Array.from({ length: 23 }, (_, i) => Number(`1e${i}`))
/** Longer texts are no number anybody means; it also bounds the slow path. */
const TEXT_MAX = 400

const FLOAT = /^-?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const WHOLE = /^-?\d+$/

/**
 * The number `[from, to)` as line protocol writes it: a float, `12i`, `12u`. NaN when it is none: NaN
 * and infinities cannot be written, and whole numbers must fit 64 bits.
 *
 * Up to 20 digits without an exponent are read in place, correctly rounded: 15 of them are an exact
 * integer over an exact power of ten (Clinger's fast path); Telegraf's floats have 16 or 17, see
 * {@link quotient}. The rest goes through Number().
 */
export function readNumber(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === MINUS
  const kind = bytes[to - 1]!
  const isWhole = kind === INTEGER || kind === UNSIGNED
  if (kind === UNSIGNED && negative) return Number.NaN
  const start = negative ? from + 1 : from
  const end = isWhole ? to - 1 : to
  let mantissa = 0
  let digits = 0
  let more = 0
  let moreDigits = 0
  let dot = -1
  for (let i = start; i < end; i++) {
    const digit = bytes[i]! - ZERO
    if (digit >= 0 && digit <= 9 && digits < DIGITS_MAX) {
      mantissa = mantissa * 10 + digit
      if (mantissa > 0) digits++
    } else if (digit >= 0 && digit <= 9 && moreDigits < MORE_MAX && !isWhole) {
      more = more * 10 + digit
      moreDigits++
    } else if (bytes[i] === DOT && dot < 0 && !isWhole) {
      dot = i
    } else {
      return isWhole ? wholeSlowly(bytes, from, end, kind) : floatSlowly(bytes, from, end)
    }
  }
  if (end - start === (dot < 0 ? 0 : 1)) return Number.NaN // a lone dot, or nothing
  const decimals = dot < 0 ? 0 : end - dot - 1
  if (decimals >= POW10.length) return floatSlowly(bytes, from, end)
  const divisor = POW10[decimals]!
  const value =
    moreDigits === 0 ? mantissa / divisor : quotient(mantissa, POW10[moreDigits]!, more, divisor)
  if (Number.isNaN(value)) return floatSlowly(bytes, from, end)
  return negative ? -value : value
}

/** Splits a double into two halves of 26 bits (Veltkamp). */
const HALVES = 2 ** 27 + 1

/** What `a * b` loses when it is rounded to `product`, exactly (Dekker). */
function lost(a: number, b: number, product: number): number {
  const wideA = HALVES * a
  const highA = wideA - (wideA - a)
  const lowA = a - highA
  const wideB = HALVES * b
  const highB = wideB - (wideB - b)
  const lowB = b - highB
  return lowA * lowB - (product - highA * highB - lowA * highB - highA * lowB)
}

/** Far more than what the correction below can be wrong by, relatively, and far less than matters. */
const DOUBT = 2 ** -45

/**
 * `(mantissa * scale + more) / divisor`, rounded once; NaN where these steps cannot tell how.
 *
 * The dividend is an unevaluated sum of two doubles, exactly. Its quotient is a first guess plus a
 * correction made of the remainder, which is exact too. The correction itself is rounded; so both ends
 * of where it can lie are added to the guess, and must come to the same double.
 */
function quotient(mantissa: number, scale: number, more: number, divisor: number): number {
  const product = mantissa * scale
  const high = product + more
  const low = lost(mantissa, scale, product) + (more - (high - product))
  const guess = high / divisor
  const back = guess * divisor
  const correction = (high - back - lost(guess, divisor, back) + low) / divisor
  const value = guess + correction * (1 - DOUBT)
  return value === guess + correction * (1 + DOUBT) ? value : Number.NaN
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
  return Buffer.prototype.latin1Slice.call(bytes, from, to)
}
