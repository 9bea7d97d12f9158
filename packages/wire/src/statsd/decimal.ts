const DOT = 0x2e
const MINUS = 0x2d
const PLUS = 0x2b
const ZERO = 0x30
const NINE = 0x39
const UNDERSCORE = 0x5f

/** More digits than this do not fit an exact integer times an exact power of ten. */
const DIGITS_MAX = 15
/** Powers of ten that a double holds exactly. */
export const POW10 = Float64Array.from({ length: DIGITS_MAX + 1 }, (_, i) => 10 ** i)

/** Longer texts are no number anybody means; it also bounds the slow path. */
const TEXT_MAX = 400

/**
 * Reads `-12.5` straight from `bytes[from, to)`, with no string in between. NaN when it is no number.
 *
 * Correctly rounded up to 15 digits: an exact integer over an exact power of ten (Clinger's fast
 * path); longer numbers, exponents, `inf`, `nan`, `0x1p4` and `12_500` go through the slow path, whose
 * grammar is that of Go's `strconv.ParseFloat`, because the servers of this family share it.
 */
export function readDecimal(bytes: Uint8Array, from: number, to: number): number {
  const sign = bytes[from]!
  const negative = sign === MINUS
  let mantissa = 0
  let digits = 0
  let dot = -1
  for (let i = negative || sign === PLUS ? from + 1 : from; i < to; i++) {
    const byte = bytes[i]!
    if (byte >= ZERO && byte <= NINE && digits < DIGITS_MAX) {
      mantissa = mantissa * 10 + (byte - ZERO)
      digits++
    } else if (byte === DOT && dot < 0) {
      dot = i
    } else {
      return readSlowly(bytes, from, to)
    }
  }
  if (digits === 0) return Number.NaN
  const value = dot < 0 ? mantissa : mantissa / POW10[to - dot - 1]!
  return negative ? -value : value
}

/** Whether the text is the number NaN, rather than no number: `nan` in any case, without a sign. */
export function isNanText(bytes: Uint8Array, from: number, to: number): boolean {
  return (
    to - from === 3 &&
    (bytes[from]! | 0x20) === 0x6e &&
    (bytes[from + 1]! | 0x20) === 0x61 &&
    (bytes[from + 2]! | 0x20) === 0x6e
  )
}

const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/
const INFINITE = /^([+-]?)inf(?:inity)?$/i
const HEXADECIMAL = /^([+-]?)0[xX]([0-9a-fA-F]*)\.?([0-9a-fA-F]*)[pP]([+-]?\d+)$/
// An underscore stands between two digits, or after `0x`.
const MISPLACED_UNDERSCORE = /^_|_$|__|_[^0-9a-fA-F]|[^0-9a-fA-FxX]_/

function readSlowly(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > TEXT_MAX) return Number.NaN
  let text = ''
  let hasUnderscore = false
  for (let i = from; i < to; i++) {
    if (bytes[i] === UNDERSCORE) hasUnderscore = true
    text += String.fromCharCode(bytes[i]!)
  }
  if (hasUnderscore) {
    if (MISPLACED_UNDERSCORE.test(text)) return Number.NaN
    text = text.replaceAll('_', '')
  }
  if (PLAIN.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : Number.NaN // out of range is refused, as Go does
  }
  const infinite = INFINITE.exec(text)
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity
  const parts = HEXADECIMAL.exec(text)
  return parts === null ? Number.NaN : readHexadecimal(parts)
}

function readHexadecimal(parts: RegExpExecArray): number {
  const whole = parts[2]!
  const fraction = parts[3]!
  const digits = whole + fraction
  // Past 13 digits rounding would need care that no sender has ever needed.
  if (digits === '' || digits.length > 13) return Number.NaN
  const value = Number.parseInt(digits, 16) * 2 ** (Number(parts[4]) - 4 * fraction.length)
  if (!Number.isFinite(value)) return Number.NaN
  return parts[1] === '-' ? -value : value
}
