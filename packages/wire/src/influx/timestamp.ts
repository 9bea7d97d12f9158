const MINUS = 0x2d
const ZERO = 0x30

/** The unit of a timestamp; `auto` tells it by the number's size. */
export type Precision = 'auto' | 'ns' | 'us' | 'ms' | 's' | 'm' | 'h'

/** Milliseconds in a unit; of the first two, digits are dropped instead. */
const FACTOR: Readonly<Record<Precision, number>> = {
  auto: 0,
  ns: 0,
  us: 0,
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
}

/** What a signed 64-bit number of nanoseconds reaches, less one at either end: InfluxDB's range. */
const NS_MAX = '9223372036854775806'
const MS_MAX = 9_223_372_036_854

/**
 * Whole milliseconds of the digits `[from, to)`, a `-` in front allowed; what is finer is cut off. NaN
 * when that is no timestamp: no digits, something else, or beyond the years 1677 to 2262.
 *
 * `auto` is the rule of VictoriaMetrics: up to 11 digits are seconds, up to 14 milliseconds, up to 17
 * microseconds, more nanoseconds. InfluxDB takes everything as nanoseconds; but what counts in another
 * unit would be a day in January 1970 there, which nobody means.
 */
export function readTimestamp(
  bytes: Uint8Array,
  from: number,
  to: number,
  precision: Precision,
): number {
  const negative = bytes[from] === MINUS
  let at = negative ? from + 1 : from
  if (at === to) return Number.NaN
  while (at < to - 1 && bytes[at] === ZERO) at++
  const digits = to - at
  const unit = precision === 'auto' ? guess(digits) : precision
  const dropped = unit === 'ns' ? 6 : unit === 'us' ? 3 : 0
  let ms = 0
  let i = at
  for (const end = to - dropped; i < end; i++) {
    const digit = bytes[i]! - ZERO
    if (digit < 0 || digit > 9) return Number.NaN
    ms = ms * 10 + digit
  }
  for (; i < to; i++) if (bytes[i]! < ZERO || bytes[i]! > ZERO + 9) return Number.NaN
  if (dropped === 0) ms *= FACTOR[unit]
  if (ms > MS_MAX) return Number.NaN
  if (ms === MS_MAX && dropped === 6 && isBeyond(bytes, at)) return Number.NaN
  return negative ? 0 - ms : ms
}

function guess(digits: number): Precision {
  if (digits >= 18) return 'ns'
  if (digits >= 15) return 'us'
  return digits >= 12 ? 'ms' : 's'
}

/** Whether 19 digits are more than {@link NS_MAX}. */
function isBeyond(bytes: Uint8Array, from: number): boolean {
  for (let i = 0; i < NS_MAX.length; i++) {
    const difference = bytes[from + i]! - NS_MAX.charCodeAt(i)
    if (difference !== 0) return difference > 0
  }
  return false
}

/** Now, as a line without a timestamp gets it: cut to whole units. */
export function cutToUnit(nowMs: number, precision: Precision): number {
  const factor = FACTOR[precision]
  return factor > 1 ? nowMs - (nowMs % factor) : nowMs
}
