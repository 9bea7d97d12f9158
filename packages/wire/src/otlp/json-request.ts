/**
 * OTLP in JSON, rewritten as protobuf in one pass over the bytes: what both mean is read in one place
 * only, and memory stays within about twice the request whatever it looks like.
 *
 * What the JSON mapping of protobuf allows is taken: numbers as strings and the other way round, both
 * spellings of names, enum names, null for what is not told, unknown fields. Ids are hexadecimal, as
 * OTLP wants them. A message inside gets its length as four bytes, filled up with zeros, so that it can be written
 * before the message is.
 *
 * @see opentelemetry-proto:docs/specification.md, JSON Protobuf Encoding
 */
import { FIXED64, LENGTH, VARINT } from '../protobuf/reader.ts'
import { ENUM_NUMBERS, type Field, METRICS_REQUEST, type Shape } from './json-shapes.ts'
import { JsonBytes } from './json-bytes.ts'

/** Messages inside each other that a request has apart from values inside values, with room for more. */
const DEPTH_BASE = 16

export type JsonFault = { readonly at: number; readonly why: string }

/**
 * Rewrites a request.
 *
 * @param shape which request, one of metrics unless told
 * @param slack bytes that are readable behind the answer's end
 * @param depthMax how deep lists and maps may lie inside each other in an attribute
 * @returns the message, or where reading stopped and why
 */
export function protobufOfJson(
  json: Uint8Array,
  {
    slack,
    depthMax,
    shape = METRICS_REQUEST,
  }: { readonly slack: number; readonly depthMax: number; readonly shape?: Shape },
): { readonly bytes: Uint8Array; readonly length: number } | JsonFault {
  // A map in a map is a value, the list inside it, that list's array and a pair.
  const input = new JsonBytes(json, DEPTH_BASE + 4 * Math.min(depthMax, 1000))
  const output = new Rewriter(input, json.length)
  output.message(shape)
  input.finish()
  if (input.why !== '') return { at: input.at, why: input.why }
  return output.finish(slack)
}

class Rewriter {
  readonly #input: JsonBytes
  #bytes: Uint8Array
  #view: DataView
  #at = 0

  constructor(input: JsonBytes, jsonLength: number) {
    this.#input = input
    this.#bytes = new Uint8Array(Math.max(256, jsonLength))
    this.#view = new DataView(this.#bytes.buffer)
  }

  finish(slack: number): { readonly bytes: Uint8Array; readonly length: number } {
    this.#reserve(slack)
    return { bytes: this.#bytes, length: this.#at }
  }

  /** An object's fields, without a length. */
  message(shape: Shape): void {
    const input = this.#input
    if (!input.open('{')) return
    while (input.next('}')) {
      const name = input.text()
      input.expect(':')
      const field = shape.get(name)
      if (field === undefined || input.isNull()) input.skipValue()
      else if (field.isList) this.#list(field)
      else this.#value(field)
      if (input.why !== '') return
    }
  }

  #list(field: Field): void {
    const input = this.#input
    if (!input.open('[')) return
    while (input.next(']')) {
      this.#value(field)
      if (input.why !== '') return
    }
  }

  #value(field: Field): void {
    const input = this.#input
    const { kind, number } = field
    this.#reserve(24)
    switch (kind) {
      case 'message': {
        this.#tag(number, LENGTH)
        const from = this.#hold()
        this.message(field.shape)
        this.#release(from)
        break
      }
      case 'text':
        this.#raw(number, Buffer.from(input.text()))
        break
      case 'id':
        this.#raw(number, decoded(input, 'hex'))
        break
      case 'bytes':
        this.#raw(number, decoded(input, 'base64'))
        break
      case 'double':
        this.#tag(number, FIXED64)
        this.#view.setFloat64(this.#at, input.double(), true)
        this.#at += 8
        break
      case 'fixed64':
      case 'sfixed64':
        this.#tag(number, FIXED64)
        this.#view.setBigUint64(this.#at, input.integer(kind === 'fixed64' ? U64 : I64), true)
        this.#at += 8
        break
      case 'bool':
        this.#varint(number, input.bool() ? 1n : 0n)
        break
      case 'enum':
        this.#varint(number, input.integerOrName(I32, ENUM_NUMBERS))
        break
      case 'sint32':
        this.#varint(number, zigzag(input.integer(I32)))
        break
      case 'uint32':
        this.#varint(number, input.integer(U32))
        break
      case 'int64':
        this.#varint(number, input.integer(I64))
        break
      case 'varint64':
        this.#varint(number, input.integer(U64))
        break
    }
  }

  #tag(number: number, kind: number): void {
    this.#bytes[this.#at++] = (number << 3) | kind
  }

  #varint(number: number, value: bigint): void {
    this.#tag(number, VARINT)
    let rest = BigInt.asUintN(64, value)
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#at++] = Number(rest & 0x7fn) | 0x80
    this.#bytes[this.#at++] = Number(rest)
  }

  #raw(number: number, bytes: Uint8Array): void {
    this.#tag(number, LENGTH)
    const from = this.#hold()
    this.#reserve(bytes.length)
    this.#bytes.set(bytes, this.#at)
    this.#at += bytes.length
    this.#release(from)
  }

  /** Leaves room for a length; where what it is the length of begins. */
  #hold(): number {
    this.#at += 4
    return this.#at
  }

  #release(from: number): void {
    const length = this.#at - from
    const bytes = this.#bytes
    bytes[from - 4] = (length & 0x7f) | 0x80
    bytes[from - 3] = ((length >>> 7) & 0x7f) | 0x80
    bytes[from - 2] = ((length >>> 14) & 0x7f) | 0x80
    bytes[from - 1] = (length >>> 21) & 0x7f
    if (length >= 2 ** 28) this.#input.fail('a message is too long')
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#bytes.length) return
    const grown = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + count))
    grown.set(this.#bytes.subarray(0, this.#at))
    this.#bytes = grown
    this.#view = new DataView(grown.buffer)
  }
}

const U32 = { min: 0n, max: 2n ** 32n - 1n }
const I32 = { min: -(2n ** 31n), max: 2n ** 31n - 1n }
const U64 = { min: 0n, max: 2n ** 64n - 1n }
const I64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n }

function zigzag(value: bigint): bigint {
  return value >= 0n ? value * 2n : -value * 2n - 1n
}

function decoded(input: JsonBytes, encoding: 'hex' | 'base64'): Uint8Array {
  const text = input.text()
  const bytes = Buffer.from(text, encoding)
  const isWhole =
    encoding === 'hex' ? bytes.length * 2 === text.length : /^[A-Za-z0-9+/_-]*={0,2}$/.test(text)
  if (!isWhole) input.fail(`want ${encoding}`)
  return bytes
}
