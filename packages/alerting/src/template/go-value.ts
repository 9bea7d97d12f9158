/**
 * Go's values, as templates see them, in JavaScript's clothes:
 *
 * | Go | here |
 * | --- | --- |
 * | string, bool | string, boolean |
 * | int | bigint |
 * | float64 | number |
 * | nil | null or undefined |
 * | slice | array |
 * | map[string]string | {@link StringMap} |
 * | map[string]any | Map |
 * | struct, anything with methods | {@link GoObject} |
 *
 * int and float64 must stay apart: in Go, `gt $value 5` compares a float with an int and is an error.
 */
export abstract class GoObject {
  abstract readonly typeName: string
  /** A field's value, a method without arguments already called, a {@link GoFunction}, or undefined. */
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

export interface GoFunction {
  readonly kind: 'function'
  readonly params: readonly ParamType[]
  /** Whether the last parameter may come any number of times, none included. */
  readonly isVariadic: boolean
  readonly call: (args: unknown[]) => unknown
}

export function goFunction(
  params: readonly ParamType[],
  call: (args: unknown[]) => unknown,
): GoFunction {
  return { kind: 'function', params, isVariadic: false, call }
}

export function variadic(
  params: readonly ParamType[],
  call: (args: unknown[]) => unknown,
): GoFunction {
  return { kind: 'function', params, isVariadic: true, call }
}

export function isGoFunction(value: unknown): value is GoFunction {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'function'
}

/** A map from string to string; a missing key reads as ''. Prints as Go prints maps. */
export class StringMap extends GoObject {
  readonly typeName: string = 'map[string]string'
  readonly entries: ReadonlyMap<string, string>

  constructor(entries: Iterable<readonly [string, string]>) {
    super()
    this.entries = new Map([...entries].sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  member(name: string): unknown {
    return this.entries.get(name) ?? ''
  }

  override toString(): string {
    return `map[${[...this.entries].map(([name, value]) => `${name}:${value}`).join(' ')}]`
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

/** A slice with methods: ranges and counts as an array does, and answers to names too. */
export class GoList extends Array<unknown> {
  methods: Readonly<Record<string, () => unknown>> = {}

  /** What map and filter make of it are plain arrays. */
  static override get [Symbol.species](): ArrayConstructor {
    return Array
  }
}

export function goList(
  items: readonly unknown[],
  methods: Readonly<Record<string, () => unknown>>,
): GoList {
  const list = new GoList()
  for (const item of items) list.push(item)
  list.methods = methods
  return list
}

/** What went wrong while a template ran. */
export class TemplateFailure extends Error {
  override readonly name = 'TemplateFailure'
}

export function typeName(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (typeof value === 'string') return 'string'
  if (typeof value === 'boolean') return 'bool'
  if (typeof value === 'bigint') return 'int'
  if (typeof value === 'number') return 'float64'
  if (Array.isArray(value)) {
    return value.every((item) => typeof item === 'string') && value.length > 0
      ? '[]string'
      : '[]interface {}'
  }
  if (value instanceof Map) return 'map[string]interface {}'
  if (value instanceof GoObject) return value.typeName
  return 'func'
}

/** Go's notion of empty: false, 0, nil, and whatever has length 0. Structs are always true. */
export function isTrue(value: unknown): boolean {
  if (value === null || value === undefined) return false
  if (typeof value === 'boolean') return value
  if (typeof value === 'string') return value !== ''
  if (typeof value === 'bigint') return value !== 0n
  if (typeof value === 'number') return value !== 0
  if (Array.isArray(value)) return value.length > 0
  if (value instanceof Map) return value.size > 0
  if (value instanceof StringMap) return value.entries.size > 0
  return true
}
