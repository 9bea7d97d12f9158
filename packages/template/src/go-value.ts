import { formatFloat } from './go-float.ts'

/**
 * Go's values, as templates see them, in JavaScript's clothes:
 *
 * | Go | here |
 * | --- | --- |
 * | string, bool | string, boolean |
 * | int | bigint |
 * | other integers (uint8, time.Month, time.Duration) | {@link GoInteger}, GoDuration |
 * | float64 | number |
 * | an empty interface | null |
 * | no value at all | undefined |
 * | []interface{} | array |
 * | slices of other types | {@link GoList} |
 * | map[string]string | {@link StringMap} |
 * | map[string]any | Map |
 * | struct, anything with methods | {@link GoObject} |
 *
 * int and float64 must stay apart: in Go, `gt $value 5` compares a float with an int and is an error.
 */
export abstract class GoObject {
  abstract readonly typeName: string
  /** Whether it has a method that says how it prints. */
  get isStringer(): boolean {
    return false
  }
  /** The whole number that it is, for values of integer types. */
  get integer(): bigint | undefined {
    return undefined
  }
  /** A field's value, a {@link GoFunction} for a method, or undefined. */
  abstract member(name: string): unknown
  /** As Go's `%v` prints it. */
  abstract toString(): string
}

export type ParamType =
  | 'any'
  | 'string'
  | 'int'
  | 'float'
  | 'bool'
  | 'list'
  | 'strings'
  | 'time'
  | 'duration'
  | 'sample'
  | 'samples'

export interface GoFunction {
  readonly kind: 'function'
  readonly params: readonly ParamType[]
  /** Whether the last parameter may come any number of times, none included. */
  readonly isVariadic: boolean
  /** `firstShown` is the first argument as written, for errors that name it. */
  readonly call: (args: unknown[], firstShown?: string) => unknown
  /** `and` and `or`: arguments behind one that is so are not looked at. */
  readonly stopsWhen?: boolean
}

export function goFunction(params: readonly ParamType[], call: GoFunction['call']): GoFunction {
  return { kind: 'function', params, isVariadic: false, call }
}

export function variadic(params: readonly ParamType[], call: GoFunction['call']): GoFunction {
  return { kind: 'function', params, isVariadic: true, call }
}

export function isGoFunction(value: unknown): value is GoFunction {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'function'
}

/** A method without arguments. */
export const getter = (value: () => unknown): GoFunction => goFunction([], value)

/** Fields by name, in Go's order. Prints as `{a b}`. */
export abstract class GoStruct extends GoObject {
  abstract fields(): Readonly<Record<string, unknown>>

  member(name: string): unknown {
    const fields = this.fields()
    return Object.hasOwn(fields, name) ? fields[name] : undefined
  }

  override toString(): string {
    return this.typeName
  }
}

/** A map from string to string; a missing key reads as ''. Prints as Go prints maps. */
export class StringMap extends GoObject {
  readonly typeName: string = 'map[string]string'
  readonly #entries: ReadonlyMap<string, string>

  constructor(entries: Iterable<readonly [string, string]>) {
    super()
    // Labels come in this order already.
    const pairs = [...entries]
    const isSorted = pairs.every(([name], i) => i === 0 || pairs[i - 1]![0] < name)
    this.#entries = new Map(isSorted ? pairs : pairs.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Pairs in the order of their names. */
  get entries(): ReadonlyMap<string, string> {
    return this.#entries
  }

  member(name: string): unknown {
    return this.entries.get(name) ?? ''
  }

  override toString(): string {
    return `map[${[...this.entries].map(([name, value]) => `${name}:${value}`).join(' ')}]`
  }
}

/** An integer that is not an int; one with a name prints as it. */
export class GoInteger extends GoObject {
  readonly typeName: string
  readonly #integer: bigint
  readonly #text: string | undefined

  constructor(typeName: string, value: bigint, text?: string) {
    super()
    this.typeName = typeName
    this.#integer = value
    this.#text = text
  }

  override get isStringer(): boolean {
    return this.#text !== undefined
  }

  override get integer(): bigint {
    return this.#integer
  }

  member(name: string): unknown {
    return name === 'String' && this.isStringer ? getter(() => this.#text) : undefined
  }

  override toString(): string {
    return this.#text ?? this.#integer.toString()
  }
}

export class GoComplex extends GoObject {
  readonly typeName = 'complex128'
  readonly real: number
  readonly imaginary: number

  constructor(real: number, imaginary: number) {
    super()
    this.real = real
    this.imaginary = imaginary
  }

  member(): unknown {
    return undefined
  }

  override toString(): string {
    const imaginary = formatFloat(this.imaginary, 'g', -1)
    const signed = /^[+-]/.test(imaginary) ? imaginary : `+${imaginary}`
    return `(${formatFloat(this.real, 'g', -1)}${signed}i)`
  }
}

/** A text whose maker vouches for it: Go's template.HTML and template.URL. */
export class SafeText extends GoObject {
  readonly text: string
  readonly kind: 'html' | 'url'

  constructor(text: string, kind: 'html' | 'url') {
    super()
    this.text = text
    this.kind = kind
  }

  get typeName(): string {
    return this.kind === 'html' ? 'template.HTML' : 'template.URL'
  }

  member(): unknown {
    return undefined
  }

  override toString(): string {
    return this.text
  }
}

/** A slice of a type of its own, perhaps with methods: ranges and counts as an array does. */
export class GoList extends Array<unknown> {
  typeName = ''
  isStrings = false
  methods: Readonly<Record<string, GoFunction>> = {}

  /** What map and filter make of it are plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
}

export function goList(
  typeName: string,
  items: readonly unknown[],
  methods: Readonly<Record<string, GoFunction>> = {},
): GoList {
  const list = new GoList()
  for (const item of items) list.push(item)
  list.typeName = typeName
  list.methods = methods
  return list
}

/** A []string, or a named type of one. */
export function goStrings(
  items: readonly string[],
  typeName = '[]string',
  methods: Readonly<Record<string, GoFunction>> = {},
): GoList {
  const list = goList(typeName, items, methods)
  list.isStrings = true
  return list
}

/** What went wrong while a template ran. */
export class TemplateFailure extends Error {
  override readonly name = 'TemplateFailure'
  /** Says already where in the template it happened. */
  readonly isPlaced: boolean

  constructor(message: string, isPlaced = false) {
    super(message)
    this.isPlaced = isPlaced
  }
}

export function typeName(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float64'
  if (value instanceof GoList) return value.typeName
  if (Array.isArray(value)) return '[]interface {}'
  if (value instanceof Map) return 'map[string]interface {}'
  if (value instanceof GoObject) return value.typeName
  return 'func'
}

/** The whole number that a value of any integer type is. */
export function integerOf(value: unknown): bigint | undefined {
  if (typeof value === 'bigint') return value
  return value instanceof GoObject ? value.integer : undefined
}

/** The text that a value of any string type is. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value
  return value instanceof SafeText ? value.text : undefined
}

/** Go's notion of empty: false, 0, nil, and whatever has length 0. Structs are always true. */
export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined) return false
  if (typeof value === 'boolean') return value
  if (typeof value === 'number') return value !== 0
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Map) return value.size > 0
  if (value instanceof StringMap) return value.entries.size > 0
  if (value instanceof GoComplex) return value.real !== 0 || value.imaginary !== 0
  const text = textOf(value)
  if (text !== undefined) return text !== ''
  const integer = integerOf(value)
  return integer === undefined || integer !== 0n
}
