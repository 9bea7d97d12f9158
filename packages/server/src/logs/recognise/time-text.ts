/**
 * Times as loggers write them, straight from the bytes: `2026-11-28T18:00:00.123456789Z` with its many
 * relatives, and numbers since 1970. Without a zone a time is UTC.
 */

/** There is no time: empty, 0, or Go's year 1. Take that of arrival. */
const NO_TIME = 0n

const NS_MAX = 2n ** 63n - 1n
const NS_MIN = -NS_MAX
/** Years whose nanoseconds fit into 64 bits. */
const YEAR_MIN = 1678
const YEAR_MAX = 2261

const ZERO = 0x30
const DASH = 0x2d
const SLASH = 0x2f
const COLON = 0x3a
const DOT = 0x2e
const COMMA = 0x2c
const BLANK = 0x20
const PLUS = 0x2b

/**
 * The nanoseconds that `bytes[from, to)` stands for, {@link NO_TIME} when it says none; undefined when it
 * cannot be read. Times beyond what 64 bits hold come out as the last that they hold.
 */
export function timeNs(bytes: Uint8Array, from: number, to: number): bigint | undefined {
  if (from === to) return NO_TIME
  const fifth = bytes[from + 4]
  if (to - from >= 10 && (fifth === DASH || fifth === SLASH)) {
    const found = CALENDAR.read(bytes, from, to)
    return found === to ? CALENDAR.ns() : undefined
  }
  return numberNs(bytes, from, to)
}

/** A calendar time that a line begins with, in brackets or without; undefined when it begins otherwise. */
export function timeAtStart(bytes: Uint8Array, from: number, to: number): bigint | undefined {
  const at = bytes[from] === 0x5b ? from + 1 : from
  if (to - at < 19) return undefined
  const end = CALENDAR.read(bytes, at, to)
  return end < 0 || CALENDAR.isDateOnly ? undefined : CALENDAR.ns()
}

/** Reads a time of the calendar; one is enough for a thread. */
class Calendar {
  isDateOnly = false
  #year = 0
  #ms = 0
  #nanos = 0

  /** Where the time ends; −1 when there is none. */
  read(bytes: Uint8Array, from: number, to: number): number {
    const year = digits(bytes, from, 4, to)
    const separator = bytes[from + 4]
    const month = digits(bytes, from + 5, 2, to)
    const day = digits(bytes, from + 8, 2, to)
    if (year < 0 || month < 1 || month > 12 || day < 1 || day > 31) return -1
    if (bytes[from + 7] !== separator || (separator !== DASH && separator !== SLASH)) return -1
    this.#year = year
    this.#nanos = 0
    this.#ms = daysSince1970(year, month, day) * 86_400_000
    this.isDateOnly = true
    const between = bytes[from + 10]! | 0x20
    if (from + 10 >= to || (between !== 0x74 && between !== BLANK)) return from + 10
    const hour = digits(bytes, from + 11, 2, to)
    const minute = digits(bytes, from + 14, 2, to)
    if (hour < 0 || minute < 0) return from + 10
    if (hour > 23 || minute > 59 || bytes[from + 13] !== COLON) return -1
    this.isDateOnly = false
    this.#ms += hour * 3_600_000 + minute * 60_000
    let at = from + 16
    if (at < to && bytes[at] === COLON) {
      const second = digits(bytes, at + 1, 2, to)
      if (second < 0 || second > 60) return -1
      this.#ms += second * 1000
      at = this.#fraction(bytes, at + 3, to)
    }
    return this.#zone(bytes, at, to)
  }

  ns(): bigint {
    if (this.#year <= 1) return NO_TIME
    if (this.#year > YEAR_MAX) return NS_MAX
    if (this.#year < YEAR_MIN) return NS_MIN
    return BigInt(this.#ms) * 1_000_000n + BigInt(this.#nanos)
  }

  #fraction(bytes: Uint8Array, at: number, to: number): number {
    if (at >= to || (bytes[at] !== DOT && bytes[at] !== COMMA)) return at
    let nanos = 0
    let end = at + 1
    for (; end < to; end++) {
      const digit = bytes[end]! - ZERO
      if (!(digit >= 0 && digit <= 9)) break
      if (end - at <= 9) nanos = nanos * 10 + digit
    }
    for (let count = end - at - 1; count < 9; count++) nanos *= 10
    this.#nanos = nanos
    return end
  }

  /** `Z`, `+01`, `+0100`, `+01:00`, also behind a blank. */
  #zone(bytes: Uint8Array, at: number, to: number): number {
    if (at >= to) return at
    if ((bytes[at]! | 0x20) === 0x7a) return at + 1
    const from = bytes[at] === BLANK ? at + 1 : at
    const sign = bytes[from]
    if (from >= to || (sign !== PLUS && sign !== DASH)) return at
    const hours = digits(bytes, from + 1, 2, to)
    if (hours < 0) return at
    let end = from + 3
    if (bytes[end] === COLON && end < to) end++
    const minutes = digits(bytes, end, 2, to)
    const offset = hours * 60 + Math.max(0, minutes)
    this.#ms -= (sign === PLUS ? offset : -offset) * 60_000
    return minutes < 0 ? from + 3 : end + 2
  }
}

const CALENDAR = new Calendar()

/** So many digits as a number; −1 when one is something else. */
function digits(bytes: Uint8Array, from: number, count: number, end: number): number {
  if (from + count > end) return -1
  let value = 0
  for (let at = from; at < from + count; at++) {
    const digit = bytes[at]! - ZERO
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

/** Days from 1970-01-01, by the calendar's cycle of 400 years (146,097 days) from a March on. */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const cycle = Math.floor(shifted / 400)
  const inCycle = shifted - cycle * 400
  const inYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  const inEra = inCycle * 365 + Math.floor(inCycle / 4) - Math.floor(inCycle / 100) + inYear
  return cycle * 146_097 + inEra - 719_468
}

/** From here on a number counts milliseconds, microseconds, nanoseconds. */
const MILLIS_FROM = 1e11
const MICROS_FROM = 1e14
const NANOS_FROM = 1e17
const NUMBER_BYTES_MAX = 40

/** A number since 1970, its unit told by its size; a fraction is one of that unit. */
function numberNs(bytes: Uint8Array, from: number, to: number): bigint | undefined {
  if (to - from > NUMBER_BYTES_MAX) return undefined
  let whole = 0
  let at = from
  for (; at < to; at++) {
    const digit = bytes[at]! - ZERO
    if (!(digit >= 0 && digit <= 9)) break
    whole = whole * 10 + digit
  }
  if (at === from) return undefined
  if (at === to && whole <= Number.MAX_SAFE_INTEGER) return scaled(whole, 0)
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1')
  if (at === to) return whole < Number(NS_MAX) ? BigInt(text) : NS_MAX
  if (bytes[at] === DOT && /^[0-9]{1,16}\.[0-9]{1,20}$/.test(text)) {
    return scaled(whole, Number(`0${text.slice(text.indexOf('.'))}`))
  }
  const value = Number(text)
  return Number.isFinite(value) ? scaled(Math.floor(value), value - Math.floor(value)) : undefined
}

function scaled(whole: number, fraction: number): bigint {
  if (whole < MILLIS_FROM) {
    return BigInt(whole) * 1_000_000_000n + BigInt(Math.round(fraction * 1e9))
  }
  if (whole < MICROS_FROM) return BigInt(whole) * 1_000_000n + BigInt(Math.round(fraction * 1e6))
  if (whole < NANOS_FROM) return BigInt(whole) * 1000n + BigInt(Math.round(fraction * 1000))
  return whole < Number(NS_MAX) ? BigInt(whole) : NS_MAX
}
