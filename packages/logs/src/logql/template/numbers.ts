import {
  type GoFunction,
  TemplateFailure,
  goFunction,
  integerOf,
  textOf,
  variadic,
} from '@weir/template'
import { goFloat } from '../quantities.ts'

/**
 * Arithmetic of line templates, which takes anything: a text that is no number counts as 0, as the library has
 * it that Loki uses. Whole numbers are of 64 bits; what ends in `f` works in decimals, so that 0.1 and 0.2 are 0.3.
 */
export const NUMBER_FUNCTIONS: readonly (readonly [string, GoFunction])[] = [
  ['int', goFunction(['any'], ([value]) => int64(value))],
  ['float64', goFunction(['any'], ([value]) => float(value))],
  ['add', variadic(['any'], (all) => wrap(all.reduce<bigint>((sum, one) => sum + int64(one), 0n)))],
  ['sub', goFunction(['any', 'any'], ([a, b]) => wrap(int64(a) - int64(b)))],
  ['mul', variadic(['any', 'any'], (all) => all.map(int64).reduce((a, b) => wrap(a * b)))],
  ['div', goFunction(['any', 'any'], ([a, b]) => wrap(int64(a) / divisor(b)))],
  ['mod', goFunction(['any', 'any'], ([a, b]) => int64(a) % divisor(b))],
  ['max', variadic(['any', 'any'], (all) => all.map(int64).reduce((a, b) => (b > a ? b : a)))],
  ['min', variadic(['any', 'any'], (all) => all.map(int64).reduce((a, b) => (b < a ? b : a)))],
  ['maxf', variadic(['any', 'any'], (all) => Math.max(...all.map(float)))],
  ['minf', variadic(['any', 'any'], (all) => Math.min(...all.map(float)))],
  ['addf', variadic(['any'], (all) => fold(all, plus))],
  ['subf', variadic(['any', 'any'], (all) => fold(all, minus))],
  ['mulf', variadic(['any', 'any'], (all) => fold(all, times))],
  ['divf', variadic(['any', 'any'], (all) => fold(all, over))],
  ['ceil', goFunction(['any'], ([value]) => Math.ceil(float(value)))],
  ['floor', goFunction(['any'], ([value]) => Math.floor(float(value)))],
  ['round', variadic(['any', 'any', 'any'], ([value, places, on]) => round(value, places, on))],
]

function wrap(value: bigint): bigint {
  return BigInt.asIntN(64, value)
}

/** What can be made an integer of 64 bits; else 0. */
function int64(value: unknown): bigint {
  const whole = integerOf(value)
  if (whole !== undefined) return wrap(whole)
  if (typeof value === 'boolean') return value ? 1n : 0n
  if (typeof value === 'number') {
    return Number.isFinite(value) ? wrap(BigInt(Math.trunc(value))) : 0n
  }
  const text = textOf(value)?.replace(/\.0*$/, '') ?? ''
  return /^[+-]?(?:0[xX][\da-fA-F]+|0[oO]?[0-7]+|0[bB][01]+|[1-9]\d*|0)$/.test(text)
    ? inRange(text)
    : 0n
}

function inRange(text: string): bigint {
  const digits = text.replace(/^[+-]/, '').replace(/^0(?=[0-7])/, '0o')
  const value = text.startsWith('-') ? -BigInt(digits) : BigInt(digits)
  return value === wrap(value) ? value : 0n
}

function float(value: unknown): number {
  if (typeof value === 'number') return value
  const whole = integerOf(value)
  if (whole !== undefined) return Number(whole)
  if (typeof value === 'boolean') return value ? 1 : 0
  return goFloat(textOf(value) ?? '') ?? 0
}

function divisor(value: unknown): bigint {
  const by = int64(value)
  if (by === 0n) throw new TemplateFailure('runtime error: integer divide by zero')
  return by
}

function round(value: unknown, places: unknown, on: unknown): number {
  const power = 10 ** float(places)
  const moved = float(value) * power
  const rest = moved - Math.trunc(moved)
  return (
    (rest >= (on === undefined ? 0.5 : float(on)) ? Math.ceil(moved) : Math.floor(moved)) / power
  )
}

/** `digits` less `scale` places behind the point. */
interface Decimal {
  readonly digits: bigint
  readonly scale: number
}

/** Places behind the point that a division goes on to. */
const DIVISION_PLACES = 16

/** More places than this, and a number is taken for what a float makes of it. */
const SCALE_MAX = 400

function fold(all: readonly unknown[], operate: (a: Decimal, b: Decimal) => Decimal): number {
  const numbers = all.map((one) => decimal(float(one)))
  return toFloat(operate === plus ? numbers.reduce(plus, ZERO) : numbers.reduce(operate))
}

const ZERO: Decimal = { digits: 0n, scale: 0 }

function decimal(value: number): Decimal {
  if (!Number.isFinite(value)) {
    throw new TemplateFailure(`Cannot create a Decimal from ${Number.isNaN(value) ? 'NaN' : value}`)
  }
  const [mantissa, exponent] = value.toExponential().split('e') as [string, string]
  const [whole, fraction = ''] = mantissa.split('.') as [string, string?]
  const scale = fraction.length - Number(exponent)
  const digits = BigInt(whole + fraction)
  return scale < 0 ? { digits: digits * 10n ** BigInt(-scale), scale: 0 } : { digits, scale }
}

function toFloat({ digits, scale }: Decimal): number {
  return Number(`${digits}e${-scale}`)
}

function aligned(a: Decimal, b: Decimal): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale)
  const at = (one: Decimal): bigint => one.digits * 10n ** BigInt(scale - one.scale)
  return [at(a), at(b), scale]
}

function plus(a: Decimal, b: Decimal): Decimal {
  const [left, right, scale] = aligned(a, b)
  return { digits: left + right, scale }
}

function minus(a: Decimal, b: Decimal): Decimal {
  const [left, right, scale] = aligned(a, b)
  return { digits: left - right, scale }
}

function times(a: Decimal, b: Decimal): Decimal {
  const product = { digits: a.digits * b.digits, scale: a.scale + b.scale }
  return product.scale > SCALE_MAX ? decimal(toFloat(product)) : product
}

function over(a: Decimal, b: Decimal): Decimal {
  const [left, right] = aligned(a, b)
  if (right === 0n) throw new TemplateFailure('decimal division by 0')
  const moved = left * 10n ** BigInt(DIVISION_PLACES + 1)
  const quotient = moved / right // a place more, to round by
  const half = quotient < 0n ? -5n : 5n
  return { digits: (quotient + half) / 10n, scale: DIVISION_PLACES }
}
