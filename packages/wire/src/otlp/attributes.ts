/**
 * Attributes: what an OTLP sender says of a resource, a scope, a data point or an exemplar. Read only
 * when such bytes are new.
 *
 * ```
 * KeyValue  1 key · 2 value (AnyValue)
 * AnyValue  one of 1 string · 2 bool · 3 int64 · 4 double · 5 ArrayValue · 6 KeyValueList · 7 bytes
 * ArrayValue, KeyValueList  1 values[]
 * ```
 *
 * A label holds text, so values become text as they do in the OpenTelemetry Collector's libraries,
 * which Prometheus uses: lists and maps as JSON with sorted keys, bytes in base64.
 *
 * @see opentelemetry-proto:opentelemetry/proto/common/v1/common.proto
 * @see open-telemetry/opentelemetry-collector:pdata/pcommon/value.go
 */
import { FIXED64, LENGTH, ProtoReader, VARINT } from '../protobuf/reader.ts'

const KEY = (1 << 3) | LENGTH
const VALUE = (2 << 3) | LENGTH

const STRING = (1 << 3) | LENGTH
const BOOL = (2 << 3) | VARINT
const INT = (3 << 3) | VARINT
const DOUBLE = (4 << 3) | FIXED64
const ARRAY = (5 << 3) | LENGTH
const MAP = (6 << 3) | LENGTH
const BYTES = (7 << 3) | LENGTH

const VALUES = (1 << 3) | LENGTH

/** Why attributes cannot be had: they are no such message, or nested beyond the limit. */
export type AttributesFault = 'malformed' | 'too_deep'

export interface Attributes {
  /** `key, text of the value, …` in the order of the sender. */
  readonly pairs: readonly string[]
  /** Whether some text is no UTF-8. */
  readonly hasBadText: boolean
}

/** A value as JavaScript has it; a map is a `Map`, of two equal keys the last one stays. */
type Value =
  | undefined
  | string
  | boolean
  | bigint
  | number
  | Uint8Array
  | readonly Value[]
  | ReadonlyMap<string, Value>

/**
 * Reads the attributes among the fields of a message, those with this tag; the others are skipped.
 *
 * @param depthMax how many lists and maps may lie inside each other
 */
export function readAttributes(
  bytes: Uint8Array,
  tag: number,
  depthMax: number,
): Attributes | AttributesFault {
  const input = new ProtoReader(bytes)
  const values = new ValueReader(input, depthMax)
  const pairs: string[] = []
  while (input.at < bytes.length) {
    const found = input.u32()
    if (found === tag) {
      const [key, value] = values.pair()
      pairs.push(key, valueText(value))
    } else {
      input.skip(found)
    }
    if (!input.bad) input.end = bytes.length
  }
  if (values.isTooDeep) return 'too_deep'
  return input.bad ? 'malformed' : { pairs, hasBadText: input.hasBadText }
}

/**
 * The text of a value that stands alone, such as the body of a line of log.
 *
 * @param bytes an `AnyValue` with its length before it
 */
export function readValueText(
  bytes: Uint8Array,
  depthMax: number,
): { readonly text: string } | AttributesFault {
  const input = new ProtoReader(bytes)
  const values = new ValueReader(input, depthMax)
  const text = valueText(values.value(0))
  if (values.isTooDeep) return 'too_deep'
  return input.bad ? 'malformed' : { text }
}

class ValueReader {
  isTooDeep = false
  readonly #input: ProtoReader
  readonly #depthMax: number

  constructor(input: ProtoReader, depthMax: number) {
    this.#input = input
    this.#depthMax = depthMax
  }

  /** A length and a `KeyValue`; leaves `input.end` at its end. */
  pair(depth = 0): [key: string, value: Value] {
    const input = this.#input
    const end = input.lengthEnd()
    input.end = end
    let key = ''
    let value: Value
    while (input.at < end) {
      const tag = input.u32()
      if (tag === KEY) key = input.text()
      else if (tag === VALUE) value = this.value(depth)
      else if (tag >>> 3 <= 2) input.fail()
      else input.skip(tag)
      if (!input.bad) input.end = end
    }
    return [key, value]
  }

  /** A length and an `AnyValue`; leaves `input.end` at its end. */
  value(depth: number): Value {
    const input = this.#input
    const end = input.lengthEnd()
    input.end = end
    let value: Value
    while (input.at < end) {
      const tag = input.u32()
      if (tag === STRING) value = input.text()
      else if (tag === BOOL) value = input.i64() !== 0
      else if (tag === INT) value = int64(input)
      else if (tag === DOUBLE) value = input.double()
      else if (tag === ARRAY) value = this.#list(depth + 1)
      else if (tag === MAP) value = this.#map(depth + 1)
      else if (tag === BYTES) value = raw(input)
      else if (tag >>> 3 <= 7) input.fail()
      else input.skip(tag)
      if (!input.bad) input.end = end
    }
    return value
  }

  #list(depth: number): readonly Value[] {
    const values: Value[] = []
    this.#each(depth, () => values.push(this.value(depth)))
    return values
  }

  #map(depth: number): ReadonlyMap<string, Value> {
    const values = new Map<string, Value>()
    this.#each(depth, () => values.set(...this.pair(depth)))
    return values
  }

  #each(depth: number, read: () => void): void {
    const input = this.#input
    const end = input.lengthEnd()
    if (depth > this.#depthMax) {
      this.isTooDeep = true
      input.fail()
    }
    input.end = input.bad ? 0 : end
    while (input.at < input.end) {
      const tag = input.u32()
      if (tag === VALUES) read()
      else if (tag >>> 3 === 1) input.fail()
      else input.skip(tag)
      if (!input.bad) input.end = end
    }
  }
}

/** A varint with all of its 64 bits. */
function int64(input: ProtoReader): bigint {
  const { at } = input
  const rough = input.i64()
  if (Number.isSafeInteger(rough)) return BigInt(rough)
  let value = 0n
  for (let i = at; i < input.at; i++) {
    value |= BigInt(input.bytes[i]! & 0x7f) << BigInt(7 * (i - at))
  }
  return BigInt.asIntN(64, value)
}

function raw(input: ProtoReader): Uint8Array {
  const end = input.lengthEnd()
  const found = input.bytes.subarray(input.at, end)
  if (!input.bad) input.at = end
  return found
}

function valueText(value: Value): string {
  if (value === undefined) return ''
  if (typeof value === 'string') return value
  if (typeof value === 'number') return numberText(value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (typeof value === 'object') return jsonText(value) ?? ''
  return String(value)
}

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'json: unsupported value: NaN'
  if (!Number.isFinite(value)) return `json: unsupported value: ${value < 0 ? '-' : '+'}Inf`
  return Object.is(value, -0) ? '-0' : String(value)
}

/** As Go's encoding/json writes it; undefined where it cannot: a number that is not finite inside. */
function jsonText(value: Value): string | undefined {
  if (value === undefined) return 'null'
  if (typeof value === 'string') return jsonString(value)
  if (typeof value === 'number') return Number.isFinite(value) ? numberText(value) : undefined
  if (value instanceof Uint8Array) return jsonString(Buffer.from(value).toString('base64'))
  if (typeof value !== 'object') return String(value)
  const parts: string[] = []
  if (value instanceof Map) {
    const keys = [...value.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)))
    for (const key of keys) {
      const text = jsonText(value.get(key))
      if (text === undefined) return undefined
      parts.push(`${jsonString(key)}:${text}`)
    }
    return `{${parts.join(',')}}`
  }
  for (const each of value as readonly Value[]) {
    const text = jsonText(each)
    if (text === undefined) return undefined
    parts.push(text)
  }
  return `[${parts.join(',')}]`
}

const HTML: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
}

function jsonString(text: string): string {
  return JSON.stringify(text).replaceAll(/[<>&\u2028\u2029]/g, (found) => HTML[found]!)
}
