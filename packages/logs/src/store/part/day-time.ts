/**
 * Times as two numbers, a day and the nanoseconds in it, so that nothing is done with BigInt per line: a
 * nanosecond time has 61 bits, of which a number holds 53 exactly.
 */
export const DAY_NS = 86_400_000_000_000
const WORD = 2 ** 32
/** A day in units of 2^32 ns, and the rest of it. */
const DAY_WORDS = Math.floor(DAY_NS / WORD)
const DAY_REST = DAY_NS - DAY_WORDS * WORD

/** Days since 1970 (floored), and nanoseconds since that day began, of each time. */
export interface DayTimes {
  readonly days: Int32Array
  readonly inDay: Float64Array
}

/** Splits the time at `at`, given as halves (little-endian: low word first), into `into[row]`. */
export function splitTime(halves: Int32Array, at: number, into: DayTimes, row: number): void {
  const low = halves[2 * at]! >>> 0
  const high = halves[2 * at + 1]!
  let day = Math.floor((high * WORD + low) / DAY_NS)
  let rest = (high - day * DAY_WORDS) * WORD + (low - day * DAY_REST)
  // The quotient was rounded.
  if (rest < 0) {
    day--
    rest += DAY_NS
  } else if (rest >= DAY_NS) {
    day++
    rest -= DAY_NS
  }
  into.days[row] = day
  into.inDay[row] = rest
}

export function joinTime(day: number, inDay: number): bigint {
  return BigInt(day) * BigInt(DAY_NS) + BigInt(inDay)
}
