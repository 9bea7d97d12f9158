import { formatFloat } from './go-float.ts'
import { quoteRune } from './go-quote.ts'
import type { GoComplex } from './go-value.ts'

/** A directive of printf, read. */
export interface Spec {
  readonly plus: boolean
  readonly minus: boolean
  readonly sharp: boolean
  readonly space: boolean
  readonly zero: boolean
  readonly width: number | undefined
  readonly precision: number | undefined
  readonly verb: string
}

/** To the width, on the side that the flags say. Width counts characters. */
export function pad(text: string, { width, minus, zero }: Spec): string {
  const missing = (width ?? 0) - Array.from(text).length
  if (missing <= 0) return text
  return minus ? text + ' '.repeat(missing) : (zero ? '0' : ' ').repeat(missing) + text
}

const BASES: Readonly<Record<string, readonly [base: number, prefix: string]>> = {
  v: [10, ''],
  d: [10, ''],
  b: [2, '0b'],
  o: [8, '0'],
  O: [8, '0o'],
  x: [16, '0x'],
  X: [16, '0X'],
}

/** Undefined for a verb that is not for integers. */
export function formatInteger(value: bigint, spec: Spec): string | undefined {
  const { verb, sharp, precision, plus, space, width } = spec
  const code = value >= 0n && value <= 0x10ffffn ? Number(value) : 0xfffd
  if (verb === 'c') {
    return pad(code >= 0xd800 && code <= 0xdfff ? '\uFFFD' : String.fromCodePoint(code), spec)
  }
  if (verb === 'q') return pad(quoteRune(code, plus), spec)
  if (verb === 'U') {
    const shown = sharp ? ` '${String.fromCodePoint(code)}'` : ''
    return pad(
      `U+${value
        .toString(16)
        .toUpperCase()
        .padStart(precision ?? 4, '0')}${shown}`,
      spec,
    )
  }
  const form = BASES[verb]
  if (form === undefined) return undefined
  const [base, prefix] = form
  if (precision === 0 && value === 0n) return pad('', { ...spec, zero: false })
  const sign = value < 0n ? '-' : plus ? '+' : space ? ' ' : ''
  const zeros = precision ?? (spec.zero && width !== undefined ? width - sign.length : 0)
  let digits = (value < 0n ? -value : value).toString(base).padStart(zeros, '0')
  if (verb === 'X') digits = digits.toUpperCase()
  if (verb === 'O' || (sharp && !(verb === 'o' && digits.startsWith('0')))) digits = prefix + digits
  return pad(sign + digits, { ...spec, zero: false })
}

/** Undefined for a verb that is not for floats. */
export function formatNumber(value: number, spec: Spec): string | undefined {
  const { verb, precision, plus, space, zero, width } = spec
  const plain = plainNumber(value, verb, precision, spec.sharp && verb !== 'v')
  if (plain === undefined) return undefined
  const isNegative = plain.startsWith('-')
  const size = plain.replace(/^[+-]/, '')
  const isFinite = Number.isFinite(value)
  const sign = isNegative ? '-' : plus ? '+' : space ? ' ' : value === Infinity ? '+' : ''
  if (zero && isFinite && width !== undefined) return sign + size.padStart(width - sign.length, '0')
  return pad(sign + size, { ...spec, zero: false })
}

function plainNumber(
  value: number,
  verb: string,
  precision: number | undefined,
  isSharp: boolean,
): string | undefined {
  switch (verb) {
    case 'v':
    case 'g':
    case 'G': {
      const text = formatFloat(value, verb === 'v' ? 'g' : verb, precision ?? -1)
      return isSharp ? withAllDigits(text, precision ?? 6) : text
    }
    case 'e':
    case 'E':
      return formatFloat(value, verb, precision ?? 6)
    case 'f':
    case 'F': {
      const text = formatFloat(value, 'f', precision ?? 6)
      return isSharp && precision === 0 ? `${text}.` : text
    }
    case 'x':
    case 'X': {
      const text = hexFloat(value, precision)
      return verb === 'X' ? text.toUpperCase() : text
    }
    case 'b':
      return binaryFloat(value)
    default:
      return undefined
  }
}

/** `%#g` keeps trailing zeros: six digits unless told. */
function withAllDigits(text: string, count: number): string {
  if (!/\d/.test(text)) return text
  const [mantissa, exponent] = text.split(/(?=[eE])/) as [string, string?]
  const known = mantissa.replace(/^[-+]?0*\.?0*/, '').replace(/\D/g, '').length
  const point = mantissa.includes('.') ? '' : '.'
  return mantissa + point + '0'.repeat(Math.max(count - known, 0)) + (exponent ?? '')
}

const bits = new DataView(new ArrayBuffer(8))

function partsOf(value: number): { readonly mantissa: bigint; readonly exponent: number } {
  bits.setFloat64(0, Math.abs(value))
  const raw = bits.getBigUint64(0)
  const exponent = Number(raw >> 52n)
  const fraction = raw & 0xfffffffffffffn
  return exponent === 0
    ? { mantissa: fraction, exponent: -1074 }
    : { mantissa: fraction | 0x10000000000000n, exponent: exponent - 1075 }
}

/** `%b`: the mantissa and a power of two. */
function binaryFloat(value: number): string {
  if (!Number.isFinite(value)) return formatFloat(value, 'g', -1)
  const { mantissa, exponent } = partsOf(value)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  return `${sign}${mantissa}p${exponent < 0 ? '' : '+'}${exponent}`
}

/** `%x`: 0x1.8p+00. */
function hexFloat(value: number, precision: number | undefined): string {
  if (!Number.isFinite(value)) return formatFloat(value, 'g', -1)
  const sign = value < 0 || Object.is(value, -0) ? '-' : ''
  if (value === 0) return `${sign}0x0${precision ? `.${'0'.repeat(precision)}` : ''}p+00`
  let { mantissa, exponent } = partsOf(value)
  while (mantissa < 0x10000000000000n) {
    mantissa <<= 1n
    exponent--
  }
  if (precision !== undefined && precision < 13) {
    const drop = BigInt(4 * (13 - precision))
    const half = 1n << (drop - 1n)
    const rest = mantissa & ((1n << drop) - 1n)
    mantissa >>= drop
    if (rest > half || (rest === half && (mantissa & 1n) === 1n)) mantissa++
    mantissa <<= drop
    if (mantissa >= 0x20000000000000n) {
      mantissa >>= 1n
      exponent++
    }
  }
  const digits = mantissa.toString(16).slice(1)
  const shown =
    precision === undefined
      ? digits.replace(/0+$/, '')
      : digits.padEnd(precision, '0').slice(0, precision)
  const power = exponent + 52
  const size = String(Math.abs(power)).padStart(2, '0')
  return `${sign}0x1${shown === '' ? '' : `.${shown}`}p${power < 0 ? '-' : '+'}${size}`
}

/** Undefined for a verb that is not for numbers. */
export function formatComplex({ real, imaginary }: GoComplex, spec: Spec): string | undefined {
  const re = formatNumber(real, { ...spec, width: undefined })
  const im = formatNumber(imaginary, { ...spec, width: undefined, plus: true })
  return re === undefined ? undefined : pad(`(${re}${im}i)`, spec)
}
