import { quoted } from '../value-text.ts'
import { DURATION_MS_MAX, readDuration } from './duration.ts'
import type { Token } from './lexer.ts'
import { ParseError } from './parse-error.ts'

/** A number or a duration in seconds: hex, a leading zero for octal, `_` between digits, Inf, NaN. */
export function readNumber(token: Token): number {
  if (token.kind === 'duration') {
    const ms = readDuration(token.text)
    if (typeof ms === 'string') throw new ParseError(ms, token.start)
    return ms / 1000
  }
  const { text } = token
  const lower = text.toLowerCase()
  if (lower === 'inf') return Number.POSITIVE_INFINITY
  if (lower === 'nan') return Number.NaN
  const isHex = lower.startsWith('0x')
  // Go allows `_` only between digits, and only in integers.
  const underscoresFit = !text.includes('_') || /^(0x_?)?[\da-f]+(_[\da-f]+)*$/.test(lower)
  const plain = lower.replaceAll('_', '')
  const value = /^0[0-7]+$/.test(plain) ? Number.parseInt(plain, 8) : Number(plain)
  if (!underscoresFit || Number.isNaN(value)) {
    throw new ParseError(
      `error parsing number: strconv.ParseFloat: parsing ${quoted(text)}: invalid syntax`,
      token.start,
    )
  }
  if (value === Number.POSITIVE_INFINITY || (isHex && value >= 2 ** 63)) {
    throw new ParseError(
      `error parsing number: strconv.ParseFloat: parsing ${quoted(text)}: value out of range`,
      token.start,
    )
  }
  return value
}

/** Milliseconds of a duration in seconds; what lies below one is cut off. */
export function millisOf(seconds: number): number {
  return Math.trunc((Math.round(seconds * 1e9) || 0) / 1e6)
}

/** Whether so many seconds are longer than Prometheus can hold. */
export function isDurationTooLong(seconds: number): boolean {
  return !(Math.abs(seconds) * 1000 <= DURATION_MS_MAX)
}
