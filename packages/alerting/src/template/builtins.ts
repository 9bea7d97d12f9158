import {
  type GoFunction,
  StringMap,
  TemplateFailure,
  goFunction,
  isGoFunction,
  isTrue,
  typeName,
  variadic,
} from './go-value.ts'
import { GoDuration, GoTime } from './go-time.ts'
import { goPrint, goPrintf, goPrintln, printValue } from './go-printf.ts'

/** The functions that every Go template has. `and` and `or` stop early, which the executor sees to. */
export const BUILTINS: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  ['and', variadic(['any', 'any'], () => null)],
  ['or', variadic(['any', 'any'], () => null)],
  ['not', goFunction(['any'], ([value]) => !isTrue(value))],
  ['len', goFunction(['any'], ([value]) => lengthOf(value))],
  ['index', variadic(['any', 'any'], ([from, ...keys]) => keys.reduce(indexInto, from))],
  ['slice', variadic(['any', 'any'], ([from, ...bounds]) => sliceOf(from, bounds))],
  ['print', variadic(['any'], goPrint)],
  ['println', variadic(['any'], goPrintln)],
  ['printf', variadic(['string', 'any'], ([format, ...args]) => goPrintf(format as string, args))],
  ['html', variadic(['any'], (args) => escapeHtml(textOf(args)))],
  ['js', variadic(['any'], (args) => escapeJs(textOf(args)))],
  ['urlquery', variadic(['any'], (args) => queryEscape(textOf(args)))],
  ['call', variadic(['any', 'any'], ([fn, ...args]) => callValue(fn, args))],
  ['eq', variadic(['any', 'any'], ([first, ...others]) => isEqualToAny(first, others))],
  ['ne', goFunction(['any', 'any'], ([a, b]) => !isEqual(a, b))],
  ['lt', goFunction(['any', 'any'], ([a, b]) => isLess(a, b))],
  ['le', goFunction(['any', 'any'], ([a, b]) => isLess(a, b) || isEqual(a, b))],
  ['gt', goFunction(['any', 'any'], ([a, b]) => !isLess(a, b) && !isEqual(a, b))],
  ['ge', goFunction(['any', 'any'], ([a, b]) => !isLess(a, b))],
])

function lengthOf(value: unknown): bigint {
  if (typeof value === 'string') return BigInt(Buffer.byteLength(value))
  if (Array.isArray(value)) return BigInt(value.length)
  if (value instanceof StringMap) return BigInt(value.entries.size)
  if (value instanceof Map) return BigInt(value.size)
  if (value === null || value === undefined) throw new TemplateFailure('len of nil pointer')
  throw new TemplateFailure(`len of type ${typeName(value)}`)
}

function indexInto(from: unknown, key: unknown): unknown {
  if (from === null || from === undefined) throw new TemplateFailure('index of untyped nil')
  if (from instanceof StringMap) {
    if (typeof key !== 'string') throw wrongIndex(key)
    return from.entries.get(key) ?? ''
  }
  if (from instanceof Map) return (from as ReadonlyMap<unknown, unknown>).get(key) ?? null
  if (Array.isArray(from)) return from[boundOf(key, from.length - 1)]
  if (typeof from === 'string') {
    const bytes = Buffer.from(from)
    return BigInt(bytes[boundOf(key, bytes.length - 1)]!)
  }
  throw new TemplateFailure(`can't index item of type ${typeName(from)}`)
}

function wrongIndex(key: unknown): TemplateFailure {
  return new TemplateFailure(`cannot index slice/array/map with type ${typeName(key)}`)
}

function boundOf(key: unknown, max: number): number {
  if (typeof key !== 'bigint') throw wrongIndex(key)
  if (key < 0n || key > BigInt(max)) throw new TemplateFailure(`index out of range: ${key}`)
  return Number(key)
}

function sliceOf(from: unknown, bounds: readonly unknown[]): unknown {
  if (typeof from !== 'string' && !Array.isArray(from)) {
    throw new TemplateFailure(`can't slice item of type ${typeName(from)}`)
  }
  if (bounds.length > 3) throw new TemplateFailure(`too many slice indexes: ${bounds.length}`)
  const whole = typeof from === 'string' ? Buffer.from(from) : from
  const [start, end] = [0, whole.length].map((otherwise, i) =>
    bounds[i] === undefined ? otherwise : boundOf(bounds[i], whole.length),
  ) as [number, number]
  if (start > end) throw new TemplateFailure(`invalid slice index: ${start} > ${end}`)
  return typeof from === 'string'
    ? Buffer.from(from).subarray(start, end).toString()
    : from.slice(start, end)
}

function callValue(fn: unknown, args: unknown[]): unknown {
  if (!isGoFunction(fn)) throw new TemplateFailure(`non-function of type ${typeName(fn)}`)
  return fn.call(args)
}

function isEqualToAny(first: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) throw new TemplateFailure('missing argument for comparison')
  return others.some((other) => isEqual(first, other))
}

const isNil = (value: unknown): boolean => value === null || value === undefined

function isEqual(a: unknown, b: unknown): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b)
  if (a instanceof GoTime && b instanceof GoTime) return a.ms === b.ms
  if (a instanceof GoDuration || b instanceof GoDuration) return ns(a) === ns(b)
  if (isBasic(a) && isBasic(b)) {
    if (typeof a === typeof b) return a === b
    throw new TemplateFailure('incompatible types for comparison')
  }
  if (isBasic(a) !== isBasic(b)) throw new TemplateFailure('incompatible types for comparison')
  throw new TemplateFailure(`non-comparable type ${printValue(a)}: ${typeName(a)}`)
}

function ns(value: unknown): bigint {
  if (value instanceof GoDuration) return value.ns
  if (typeof value === 'bigint') return value
  throw new TemplateFailure('incompatible types for comparison')
}

function isBasic(value: unknown): boolean {
  return ['string', 'number', 'bigint', 'boolean'].includes(typeof value)
}

function isLess(a: unknown, b: unknown): boolean {
  if (a instanceof GoDuration || b instanceof GoDuration) return ns(a) < ns(b)
  if (typeof a === 'boolean' || !isBasic(a) || !isBasic(b)) {
    throw new TemplateFailure('invalid type for comparison')
  }
  if (typeof a !== typeof b) throw new TemplateFailure('incompatible types for comparison')
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string)) < 0
  return (a as number) < (b as number)
}

function textOf(args: readonly unknown[]): string {
  return args.length === 1 && typeof args[0] === 'string' ? args[0] : goPrint(args)
}

const HTML: Readonly<Record<string, string>> = {
  '\0': '\uFFFD',
  '"': '&#34;',
  "'": '&#39;',
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
}

export function escapeHtml(text: string): string {
  return text.replace(/[\0"'&<>]/g, (c) => HTML[c]!)
}

const JS: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '"': '\\"',
  '<': '\\u003C',
  '>': '\\u003E',
  '&': '\\u0026',
  '=': '\\u003D',
}

function escapeJs(text: string): string {
  return text.replace(
    /[\\'"<>&=\0-\x1f]/g,
    (c) => JS[c] ?? `\\u${c.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`,
  )
}

/** Go's url.QueryEscape: a blank becomes `+`, only letters, digits and `-_.~` stay. */
export function queryEscape(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()) // a lone surrogate would throw
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
