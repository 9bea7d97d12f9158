/**
 * Floating-point numbers as Go's strconv writes them: shortest form, or rounded half to even from
 * the exact binary value. JavaScript's own toFixed and toPrecision round ties up, so they cannot be
 * used: Go's `%.0f` of 2.5 is `2`.
 *
 * @see go:src/strconv/ftoa.go
 */
export type FloatVerb = 'e' | 'f' | 'g' | 'E' | 'G'

/** Digits of a number without sign: 0.d1d2d3… × 10^point. */
interface Digits {
  readonly digits: string
  readonly point: number
}

/** `precision` -1 asks for the fewest digits that read back as the same number. */
export function formatFloat(value: number, verb: FloatVerb, precision: number): string {
  if (Number.isNaN(value)) return 'NaN'
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (!Number.isFinite(value)) return sign === '-' ? '-Inf' : '+Inf'
  const size = Math.abs(value)
  return sign + formatSize(size, verb, precision)
}

function formatSize(size: number, verb: FloatVerb, precision: number): string {
  const isShortest = precision < 0
  if (verb === 'f') {
    const exact = isShortest ? shortest(size) : exactDigits(size)
    const places = isShortest ? Math.max(exact.digits.length - exact.point, 0) : precision
    return writeFixed(roundTo(exact, exact.point + places), places)
  }
  if (verb === 'e' || verb === 'E') {
    const exact = isShortest ? shortest(size) : exactDigits(size)
    const places = isShortest ? Math.max(exact.digits.length - 1, 0) : precision
    return writeExponent(roundTo(exact, places + 1), places, verb)
  }
  const kept = isShortest ? shortest(size) : trim(roundTo(exactDigits(size), precision || 1))
  const count = kept.digits.length
  const wanted = isShortest ? Math.max(count, 1) : precision || 1
  let threshold = wanted > count && count >= kept.point ? count : wanted
  if (isShortest) threshold = 6
  const exponent = kept.point - 1
  if (size !== 0 && (exponent < -4 || exponent >= threshold)) {
    return writeExponent(kept, Math.max(Math.min(wanted, count) - 1, 0), verb === 'G' ? 'E' : 'e')
  }
  return writeFixed(kept, Math.max(count - kept.point, 0))
}

function shortest(size: number): Digits {
  if (size === 0) return { digits: '', point: 0 }
  const [mantissa, exponent] = size.toExponential().split('e')
  return { digits: mantissa!.replace('.', ''), point: Number(exponent) + 1 }
}

const bits = new DataView(new ArrayBuffer(8))

/** Every digit of the binary value: at most 767 of them. */
function exactDigits(size: number): Digits {
  if (size === 0) return { digits: '', point: 0 }
  bits.setFloat64(0, size)
  const raw = bits.getBigUint64(0)
  const exponent = Number((raw >> 52n) & 0x7ffn)
  const fraction = raw & 0xfffffffffffffn
  const mantissa = exponent === 0 ? fraction : fraction | 0x10000000000000n
  const shift = Math.max(exponent, 1) - 1075
  if (shift >= 0) {
    const digits = (mantissa << BigInt(shift)).toString()
    return { digits, point: digits.length }
  }
  const digits = (mantissa * 5n ** BigInt(-shift)).toString()
  return { digits, point: digits.length + shift }
}

/** Keeps `count` digits, half to even; may carry into a new first digit. */
function roundTo({ digits, point }: Digits, count: number): Digits {
  if (count >= digits.length) return { digits, point }
  if (count < 0) return { digits: '', point }
  const kept = digits.slice(0, count)
  const rest = digits.slice(count)
  const isTie = /^50*$/.test(rest)
  const isUp = isTie ? Number(kept.at(-1) ?? '0') % 2 === 1 : rest >= '5'
  if (!isUp) return { digits: kept, point }
  const raised = (BigInt(kept || '0') + 1n).toString().padStart(count, '0')
  return { digits: raised, point: point + raised.length - count }
}

function trim({ digits, point }: Digits): Digits {
  return { digits: digits.replace(/0+$/, ''), point }
}

function writeFixed({ digits, point }: Digits, places: number): string {
  const whole = point > 0 ? digits.slice(0, point).padEnd(point, '0') : '0'
  if (places === 0) return whole
  const leading = '0'.repeat(Math.min(Math.max(-point, 0), places))
  const fraction = (leading + digits.slice(Math.max(point, 0))).padEnd(places, '0')
  return `${whole}.${fraction.slice(0, places)}`
}

function writeExponent({ digits, point }: Digits, places: number, verb: 'e' | 'E'): string {
  const exponent = digits === '' ? 0 : point - 1
  const fraction = places > 0 ? `.${digits.slice(1).padEnd(places, '0').slice(0, places)}` : ''
  const size = String(Math.abs(exponent)).padStart(2, '0')
  return `${digits[0] ?? '0'}${fraction}${verb}${exponent < 0 ? '-' : '+'}${size}`
}
