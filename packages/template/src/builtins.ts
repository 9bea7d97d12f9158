import {
  GoComplex,
  type GoFunction,
  GoInteger,
  GoList,
  GoObject,
  StringMap,
  TemplateFailure,
  goFunction,
  goList,
  integerOf,
  isGoFunction,
  isTrue,
  textOf as stringOf,
  typeName,
  variadic,
} from './go-value.ts'
import { goPrint, goPrintf, goPrintln, printValue } from './go-printf.ts'

/** The functions that every Go template has. `and` and `or` stop early, which the executor sees to. */
export const BUILTINS: ReadonlyMap<string, GoFunction> = new Map<string, GoFunction>([
  ['and', { ...variadic(['any', 'any'], () => null), stopsWhen: false }],
  ['or', { ...variadic(['any', 'any'], () => null), stopsWhen: true }],
  ['not', goFunction(['any'], ([value]) => !isTrue(value))],
  ['len', goFunction(['any'], ([value]) => lengthOf(value))],
  ['index', variadic(['any', 'any'], indexMany)],
  ['slice', variadic(['any', 'any'], ([from, ...bounds]) => sliceOf(from, bounds))],
  ['print', variadic(['any'], goPrint)],
  ['println', variadic(['any'], goPrintln)],
  ['printf', variadic(['string', 'any'], ([format, ...args]) => goPrintf(format as string, args))],
  ['html', variadic(['any'], (args) => escapeHtml(textOf(args)))],
  ['js', variadic(['any'], (args) => escapeJs(textOf(args)))],
  ['urlquery', variadic(['any'], (args) => queryEscape(textOf(args)))],
  ['call', variadic(['any', 'any'], callValue)],
  ['eq', variadic(['any', 'any'], ([first, ...others]) => isEqualToAny(first, others))],
  ['ne', goFunction(['any', 'any'], ([a, b]) => !isEqual(a, b))],
  ['lt', goFunction(['any', 'any'], ([a, b]) => isLess(a, b))],
  ['le', goFunction(['any', 'any'], ([a, b]) => isLess(a, b) || isEqual(a, b))],
  ['gt', goFunction(['any', 'any'], ([a, b]) => !isLess(a, b) && !isEqual(a, b))],
  ['ge', goFunction(['any', 'any'], ([a, b]) => !isLess(a, b))],
])

function lengthOf(value: unknown): bigint {
  const text = stringOf(value)
  if (text !== undefined) return BigInt(Buffer.byteLength(text))
  if (Array.isArray(value)) return BigInt(value.length)
  if (value instanceof StringMap) return BigInt(value.entries.size)
  if (value instanceof Map) return BigInt(value.size)
  if (isNil(value)) throw new TemplateFailure('len of nil pointer')
  throw new TemplateFailure(`len of type ${typeName(value)}`)
}

function indexInto(from: unknown, key: unknown): unknown {
  if (isNil(from)) throw new TemplateFailure('index of nil pointer')
  if (from instanceof StringMap) return from.entries.get(keyOf(key)) ?? ''
  if (from instanceof Map) return (from as ReadonlyMap<unknown, unknown>).get(keyOf(key)) ?? null
  if (Array.isArray(from)) {
    const at = boundOf(key, from.length)
    if (at === from.length) throw outOfRange()
    return from[at]
  }
  const text = stringOf(from)
  if (text === undefined) throw new TemplateFailure(`can't index item of type ${typeName(from)}`)
  const bytes = Buffer.from(text)
  const at = boundOf(key, bytes.length)
  if (at === bytes.length) throw outOfRange()
  return new GoInteger('uint8', BigInt(bytes[at]!))
}

function indexMany([from, ...keys]: unknown[]): unknown {
  if (isNil(from)) throw new TemplateFailure('index of untyped nil')
  return keys.reduce(indexInto, from)
}

function outOfRange(): TemplateFailure {
  return new TemplateFailure('reflect: slice index out of range')
}

function keyOf(key: unknown): string {
  if (typeof key === 'string') return key
  throw new TemplateFailure(
    isNil(key)
      ? 'value is nil; should be of type string'
      : `value has type ${typeName(key)}; should be string`,
  )
}

function boundOf(key: unknown, max: number): number {
  const at = integerOf(key)
  if (at === undefined) {
    const type = isNil(key) ? 'nil' : `type ${typeName(key)}`
    throw new TemplateFailure(`cannot index slice/array with ${type}`)
  }
  if (at < 0n || at > BigInt(max)) throw new TemplateFailure(`index out of range: ${at}`)
  return Number(at)
}

function sliceOf(from: unknown, bounds: readonly unknown[]): unknown {
  if (isNil(from)) throw new TemplateFailure('slice of untyped nil')
  const text = stringOf(from)
  if (bounds.length > 3) throw new TemplateFailure(`too many slice indexes: ${bounds.length}`)
  if (text !== undefined && bounds.length === 3) {
    throw new TemplateFailure('cannot 3-index slice a string')
  }
  const whole = text === undefined ? from : Buffer.from(text)
  if (!Array.isArray(whole) && !Buffer.isBuffer(whole)) {
    throw new TemplateFailure(`can't slice item of type ${typeName(from)}`)
  }
  const max = whole.length
  const at = [0, max, max].map((otherwise, i) =>
    bounds[i] === undefined ? otherwise : boundOf(bounds[i], max),
  ) as [number, number, number]
  if (at[0] > at[1]) throw new TemplateFailure(`invalid slice index: ${at[0]} > ${at[1]}`)
  if (at[1] > at[2]) throw new TemplateFailure(`invalid slice index: ${at[1]} > ${at[2]}`)
  if (Buffer.isBuffer(whole)) return whole.subarray(at[0], at[1]).toString()
  const items = (whole as readonly unknown[]).slice(at[0], at[1])
  if (!(whole instanceof GoList)) return items
  const list = goList(whole.typeName, items, whole.methods)
  list.isStrings = whole.isStrings
  return list
}

function callValue([fn, ...args]: unknown[], shown = ''): unknown {
  if (isNil(fn)) throw new TemplateFailure('call of nil')
  if (isGoFunction(fn)) return fn.call(args)
  throw new TemplateFailure(`non-function ${shown} of type ${typeName(fn)}`)
}

function isEqualToAny(first: unknown, others: readonly unknown[]): boolean {
  if (others.length === 0) throw new TemplateFailure('missing argument for comparison')
  return others.some((other) => isEqual(first, other))
}

export const isNil = (value: unknown): value is null | undefined =>
  value === null || value === undefined

type BasicKind = 'bool' | 'int' | 'uint' | 'float' | 'string' | 'complex'

/** What Go compares by value; undefined for everything else. */
function basicKind(value: unknown): BasicKind | undefined {
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'number') return 'float'
  if (stringOf(value) !== undefined) return 'string'
  if (value instanceof GoComplex) return 'complex'
  if (integerOf(value) === undefined) return undefined
  return value instanceof GoInteger && value.typeName.startsWith('uint') ? 'uint' : 'int'
}

function isEqual(a: unknown, b: unknown): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)]
  const [intA, intB] = [integerOf(a), integerOf(b)]
  if (intA !== undefined && intB !== undefined) return intA === intB
  if (kindA !== kindB) {
    if (isNil(a) || isNil(b)) return false
    throw incompatible(a, b)
  }
  if (kindA === 'string') return stringOf(a) === stringOf(b)
  if (kindA === 'complex') return String(a) === String(b)
  if (kindA !== undefined) return a === b
  return isSame(a, b)
}

/** Structs and pointers; maps and slices can only be told from nil. */
function isSame(a: unknown, b: unknown): boolean {
  if (isNil(a) || isNil(b)) return isNil(a) && isNil(b)
  if (Array.isArray(b) || b instanceof Map || b instanceof StringMap) {
    throw new TemplateFailure(`non-comparable type ${printValue(b)}: ${typeName(b)}`)
  }
  return a === b || (typeName(a) === typeName(b) && isStruct(a) && printValue(a) === printValue(b))
}

const isStruct = (value: unknown): boolean =>
  value instanceof GoObject && !value.typeName.startsWith('*')

function incompatible(a: unknown, b: unknown): TemplateFailure {
  return new TemplateFailure(`incompatible types for comparison: ${typeName(a)} and ${typeName(b)}`)
}

function isLess(a: unknown, b: unknown): boolean {
  const [kindA, kindB] = [basicKind(a), basicKind(b)]
  const [intA, intB] = [integerOf(a), integerOf(b)]
  if (kindA === undefined || kindB === undefined) {
    throw new TemplateFailure('invalid type for comparison')
  }
  if (intA !== undefined && intB !== undefined) return intA < intB
  if (kindA !== kindB) throw incompatible(a, b)
  if (kindA === 'string') {
    return Buffer.compare(Buffer.from(stringOf(a)!), Buffer.from(stringOf(b)!)) < 0
  }
  if (kindA !== 'float') throw new TemplateFailure('invalid type for comparison')
  return (a as number) < (b as number)
}

function textOf(args: readonly unknown[]): string {
  const shown = args.map((arg) => (isNil(arg) ? '<no value>' : arg))
  const only = shown.length === 1 ? stringOf(shown[0]) : undefined
  return only ?? goPrint(shown)
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

/** What does not print, blanks of other sorts too, goes as its code. */
const JS_ODD = /[\\'"<>&=]|[^\P{C}]|[^ \P{Z}]/gu

function escapeJs(text: string): string {
  return text.replace(
    JS_ODD,
    (c) => JS[c] ?? `\\u${c.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}`,
  )
}

/** Go's url.QueryEscape: a blank becomes `+`, only letters, digits and `-_.~` stay. */
export function queryEscape(text: string): string {
  return encodeURIComponent(Buffer.from(text).toString()) // a lone surrogate would throw
    .replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
}
