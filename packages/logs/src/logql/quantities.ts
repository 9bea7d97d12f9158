/**
 * Numbers as Go programs write them: durations (`1h2.5s`), sizes (`5.5 MiB`), floats. Undefined where the
 * text is none; what Go says then goes into `__error_details__`, so it is here beside each.
 */

const DURATION_UNITS: Readonly<Record<string, number>> = {
  ns: 1,
  us: 1e3,
  µs: 1e3, // U+00B5, micro sign
  μs: 1e3, // U+03BC, Greek letter mu
  ms: 1e6,
  s: 1e9,
  m: 60e9,
  h: 3600e9,
}
const DURATION = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))+$/
const DURATION_PART = /(\d+\.?\d*|\.\d+)(ns|us|µs|μs|ms|s|m|h)/g

/** Nanoseconds of what Go's `time.ParseDuration` reads. */
export function goDurationNs(text: string): number | undefined {
  if (text === '0' || text === '+0' || text === '-0') return 0
  if (!DURATION.test(text)) return undefined
  let ns = 0
  for (const [, count, unit] of text.matchAll(DURATION_PART)) {
    ns += Number(count) * DURATION_UNITS[unit!]!
  }
  ns = Math.trunc(ns)
  if (ns > 2 ** 63) return undefined
  return text.startsWith('-') ? -ns : ns
}

export function goDurationFault(text: string): string {
  const quoted = JSON.stringify(text)
  if (text === '' || !/^[+-]?[\d.]/.test(text) || /^[+-]?\.(?!\d)/.test(text)) {
    return `time: invalid duration ${quoted}`
  }
  const found =
    /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|µs|μs|ms|s|m|h))*(?:\d+\.?\d*|\.\d+)([^\d.]*)/.exec(text)
  if (found === null) return `time: invalid duration ${quoted}`
  const unit = found[1]!
  return unit === ''
    ? `time: missing unit in duration ${quoted}`
    : `time: unknown unit ${JSON.stringify(unit)} in duration ${quoted}`
}

const SIZE_UNITS: Readonly<Record<string, number>> = {
  '': 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  t: 1e12,
  tb: 1e12,
  p: 1e15,
  pb: 1e15,
  e: 1e18,
  eb: 1e18,
  ki: 1024,
  kib: 1024,
  mi: 1024 ** 2,
  mib: 1024 ** 2,
  gi: 1024 ** 3,
  gib: 1024 ** 3,
  ti: 1024 ** 4,
  tib: 1024 ** 4,
  pi: 1024 ** 5,
  pib: 1024 ** 5,
  ei: 1024 ** 6,
  eib: 1024 ** 6,
}
const SIZE = /^([\d.,]*)(.*)$/s

/** Bytes of what go-humanize's `ParseBytes` reads: `42`, `1,5 KB`, `3 MiB`; case does not matter. */
export function sizeBytes(text: string): number | undefined {
  const found = SIZE.exec(text)!
  const count = goFloat(found[1]!.replaceAll(',', ''))
  const unit = SIZE_UNITS[found[2]!.trim().toLowerCase()]
  if (count === undefined || unit === undefined) return undefined
  const bytes = Math.trunc(count * unit)
  return bytes >= 2 ** 64 ? undefined : bytes
}

export function sizeFault(text: string): string {
  const found = SIZE.exec(text)!
  const number = found[1]!.replaceAll(',', '')
  if (goFloat(number) === undefined) return floatFault(number)
  const unit = found[2]!.trim().toLowerCase()
  return SIZE_UNITS[unit] === undefined ? `unhandled size name: ${unit}` : `too large: ${text}`
}

const FLOAT = /^[+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|inf(?:inity)?|nan)$/i
const HEX_FLOAT = /^([+-]?)0x([\da-f]*)\.?([\da-f]*)p([+-]?\d+)$/i

/** What Go's `strconv.ParseFloat` reads. */
export function goFloat(text: string): number | undefined {
  // Most values are plain numbers, for which Number() says the same.
  const plain = text.charCodeAt(text.length - 1)
  if (plain >= 48 && plain <= 57 && FLOAT.test(text)) {
    const value = Number(text)
    return Number.isFinite(value) ? value : undefined // ErrRange
  }
  if (FLOAT.test(text)) {
    if (/nan$/i.test(text)) return Number.NaN
    if (/[iI]/.test(text)) return text.startsWith('-') ? -Infinity : Infinity
    return Number(text)
  }
  const hex = HEX_FLOAT.exec(text)
  if (hex === null) return undefined
  const [, , whole, fraction, exponent] = hex as unknown as readonly string[]
  const digits = `${whole}${fraction}`
  if (digits === '') return undefined
  const value = Number.parseInt(digits, 16) * 2 ** (Number(exponent) - 4 * fraction!.length)
  return hex[1] === '-' ? -value : value
}

export function floatFault(text: string): string {
  const why = FLOAT.test(text) ? 'value out of range' : 'invalid syntax'
  return `strconv.ParseFloat: parsing ${JSON.stringify(text)}: ${why}`
}
