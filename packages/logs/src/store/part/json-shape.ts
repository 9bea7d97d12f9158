/**
 * A line that is a JSON object, split into what it shares with its neighbours and what is its own:
 *
 *     {"level":"INFO","at":"2026-11-28T10:00:00.123Z","n":5,"tags":[]}
 *     └ literal ─┘INFO└──────┘ the line's time        └───┘5└────────┘
 *
 * The literals and the kinds of values between them are the line's *shape*; thousands of lines have the
 * same one. Values go into columns by their path, byte for byte as they are written (escapes and all), so
 * that literals and values put together again are the line, to the last byte.
 *
 * A line is first held against shapes that its stream had before, which is one comparison from front to
 * back; only when none fits is it read by the grammar (RFC 8259). What is no JSON object, repeats a name,
 * or lies deeper than {@link DEPTH_MAX}, has no shape, and stays as it is.
 */
import { fieldName } from '../../json-fields.ts'
import { TimeText } from './time-text.ts'
import { ARRAY, BARE, TEXT, TIME_MS, TIME_US } from './value-kinds.ts'

const DEPTH_MAX = 16
/** Values of one line; a line with more has no shape. */
const VALUES_MAX = 256
const SHAPES_TRIED = 4
/** A line with a longer name, or more names in a row without a value, has no shape. */
const LITERAL_BYTES_MAX = 0xffff

const QUOTE = 0x22
const BACKSLASH = 0x5c
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_BRACE = 0x7b
const CLOSE_BRACE = 0x7d
const OPEN_BRACKET = 0x5b
const CLOSE_BRACKET = 0x5d

export interface Shape {
  readonly id: number
  /** One more than there are values; `text` has them one behind the other. */
  readonly literals: readonly Uint8Array[]
  readonly text: Uint8Array
  readonly lengths: Uint16Array
  readonly kinds: Uint8Array
  /** Of each value its keys, escapes undone, joined with a dot. */
  readonly paths: readonly string[]
  /** The name under which each value is known, as `jsonFields` gives it. */
  readonly names: readonly string[]
  /** Lines that have it. */
  lines: number
}

/** Finds shapes, and remembers them. Ids begin at 1. */
export class JsonShapes {
  readonly shapes: Shape[] = []
  /** Where the values of the last line lie: from, to, from, to, … in the bytes that were given. */
  readonly spans = new Int32Array(VALUES_MAX * 2)
  /** Whether each of them has escapes, 1 or 0. */
  readonly escapes = new Uint8Array(VALUES_MAX)
  readonly #byKey = new Map<string, Shape>()
  readonly #tried = new Map<number, Shape[]>()
  readonly #time = new TimeText()
  readonly #shapesMax: number
  // The reading by the grammar.
  #bytes: Uint8Array = new Uint8Array(0)
  #end = 0
  #at = 0
  #count = 0
  #kinds = new Uint8Array(VALUES_MAX)
  #paths: string[] = []
  #names: string[] = []
  #day = 0
  #inDay = 0

  constructor(shapesMax: number) {
    this.#shapesMax = shapesMax
  }

  /**
   * The shape of a line; undefined when it has none.
   *
   * @param stream lines of one stream look alike
   * @param day the line's time: see `day-time`
   */
  find(
    bytes: Uint8Array,
    from: number,
    to: number,
    stream: number,
    day: number,
    inDay: number,
  ): Shape | undefined {
    this.#day = day
    this.#inDay = inDay
    const tried = this.#tried.get(stream)
    if (tried !== undefined) {
      for (let i = 0; i < tried.length; i++) {
        const shape = tried[i]!
        if (!this.#fits(shape, bytes, from, to)) continue
        if (i > 0) tried.unshift(...tried.splice(i, 1))
        shape.lines++
        return shape
      }
    }
    const shape = this.#read(bytes, from, to)
    if (shape === undefined) return undefined
    shape.lines++
    if (tried === undefined) this.#tried.set(stream, [shape])
    else {
      tried.unshift(shape)
      if (tried.length > SHAPES_TRIED) tried.pop()
    }
    return shape
  }

  #fits({ text, lengths, kinds }: Shape, bytes: Uint8Array, from: number, to: number): boolean {
    const { spans, escapes } = this
    let at = from
    let literal = 0
    for (let k = 0; ; k++) {
      for (const end = literal + lengths[k]!; literal < end; literal++, at++) {
        if (bytes[at] !== text[literal]) return false
      }
      if (k === kinds.length) return at === to
      const kind = kinds[k]!
      let end: number
      escapes[k] = 0
      if (kind === TEXT) {
        end = textEnd(bytes, at, to)
        if (end < -1) {
          end = -2 - end
          escapes[k] = 1
        }
      } else if (kind === BARE) end = bareEnd(bytes, at, to)
      else if (kind === ARRAY) {
        end = arrayEnd(bytes, at, to, 0)
        escapes[k] = 1
      } else end = this.#timeAt(bytes, at, to) === kind ? at + timeLength(kind) : -1
      if (end <= at || end > to) return false
      spans[2 * k] = at
      spans[2 * k + 1] = end
      at = end
    }
  }

  #read(bytes: Uint8Array, from: number, to: number): Shape | undefined {
    this.#bytes = bytes
    this.#end = to
    this.#at = from
    this.#count = 0
    this.#paths = []
    this.#names = []
    this.#blank()
    if (bytes[this.#at] !== OPEN_BRACE || !this.#object('', '', 0)) return undefined
    this.#blank()
    if (this.#at !== to) return undefined
    return this.#shape(from, to)
  }

  #shape(from: number, to: number): Shape | undefined {
    const count = this.#count
    const literals: Uint8Array[] = []
    let at = from
    for (let k = 0; k < count; k++) {
      literals.push(this.#bytes.slice(at, this.spans[2 * k]))
      at = this.spans[2 * k + 1]!
    }
    literals.push(this.#bytes.slice(at, to))
    const kinds = this.#kinds.slice(0, count)
    const key = `${kinds.join()} ${literals.map((literal) => Buffer.from(literal).toString('latin1')).join('\0')}`
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    if (this.shapes.length >= this.#shapesMax || !areUnique(this.#names)) return undefined
    if (literals.some(({ length }) => length > LITERAL_BYTES_MAX)) return undefined
    const shape = {
      id: this.shapes.length + 1,
      literals,
      text: Buffer.concat(literals),
      lengths: Uint16Array.from(literals, ({ length }) => length),
      kinds,
      paths: this.#paths,
      names: this.#names,
      lines: 0,
    }
    this.shapes.push(shape)
    this.#byKey.set(key, shape)
    return shape
  }

  #object(path: string, name: string, depth: number): boolean {
    if (depth > DEPTH_MAX) return false
    this.#at++
    this.#blank()
    if (this.#bytes[this.#at] === CLOSE_BRACE) {
      this.#at++
      return true
    }
    for (;;) {
      if (this.#bytes[this.#at] !== QUOTE) return false
      const from = this.#at + 1
      const to = closingQuote(this.#bytes, from, this.#end)
      if (to < 0) return false
      const key = keyText(this.#bytes, from, to)
      this.#at = to + 1
      this.#blank()
      if (this.#bytes[this.#at++] !== COLON) return false
      this.#blank()
      const innerPath = path === '' ? key : `${path}.${key}`
      const innerName = name === '' ? fieldName(key) : `${name}_${fieldName(key, true)}`
      if (!this.#value(innerPath, innerName, depth)) return false
      this.#blank()
      const next = this.#bytes[this.#at++]
      if (next === CLOSE_BRACE) return true
      if (next !== COMMA) return false
      this.#blank()
    }
  }

  #value(path: string, name: string, depth: number): boolean {
    const bytes = this.#bytes
    const at = this.#at
    const first = bytes[at]
    if (first === OPEN_BRACE) return this.#object(path, name, depth + 1)
    if (first === QUOTE) {
      const found = textEnd(bytes, at + 1, this.#end)
      if (found === -1) return false
      const end = found < -1 ? -2 - found : found
      this.escapes[this.#count] = found < -1 ? 1 : 0
      this.#at = end + 1
      if (end === at + 1) return true // '' stays in the literal
      const kind = this.#timeAt(bytes, at + 1, this.#end)
      if (kind !== 0) return this.#add(path, name, kind, at + 1, at + 1 + timeLength(kind))
      return this.#add(path, name, TEXT, at + 1, end)
    }
    if (first === OPEN_BRACKET) {
      const end = arrayEnd(bytes, at, this.#end, depth)
      if (end < 0) return false
      this.escapes[this.#count] = 1
      this.#at = end
      return end === at + 2 || this.#add(path, name, ARRAY, at, end)
    }
    if (isWord(bytes, at, this.#end, NULL)) {
      this.#at = at + 4
      return true
    }
    const end = bareEnd(bytes, at, this.#end)
    if (end <= at) return false
    this.escapes[this.#count] = 0
    this.#at = end
    return this.#add(path, name, BARE, at, end)
  }

  #add(path: string, name: string, kind: number, from: number, to: number): boolean {
    if (this.#count === VALUES_MAX) return false
    this.spans[2 * this.#count] = from
    this.spans[2 * this.#count + 1] = to
    this.#kinds[this.#count++] = kind
    this.#paths.push(path)
    this.#names.push(name)
    return true
  }

  #timeAt(bytes: Uint8Array, at: number, end: number): number {
    return this.#time.kindAt(bytes, at, end, this.#day, this.#inDay)
  }

  #blank(): void {
    const bytes = this.#bytes
    while (this.#at < this.#end && isBlank(bytes[this.#at]!)) this.#at++
  }
}

/** Length of a time without its zone: `2026-11-28T10:00:00.123`. */
function timeLength(kind: number): number {
  return kind === TIME_MS ? 23 : kind === TIME_US ? 26 : 29
}

/** Whether no two values would be known under one name. */
function areUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length
}

function keyText(bytes: Uint8Array, from: number, to: number): string {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString()
  return text.includes('\\') ? (JSON.parse(`"${text}"`) as string) : text
}

/**
 * Where a string's closing quote is; -1 when it is no valid string. With escapes in it: minus 2, minus
 * that place, so that nobody walks over it again to learn of them.
 */
function textEnd(bytes: Uint8Array, from: number, end: number): number {
  let hasEscapes = false
  for (let at = from; at < end; at++) {
    const byte = bytes[at]!
    if (byte > BACKSLASH) continue // most letters
    if (byte === QUOTE) return hasEscapes ? -2 - at : at
    if (byte < 0x20) return -1
    if (byte === BACKSLASH) {
      hasEscapes = true
      const escaped = bytes[++at]
      if (escaped === 0x75) {
        for (let digit = 0; digit < 4; digit++) if (!isHex(bytes[++at])) return -1
      } else if (!ESCAPES.has(escaped ?? 0)) return -1
    }
  }
  return -1
}

/** The same where escapes make no difference. */
function closingQuote(bytes: Uint8Array, from: number, end: number): number {
  const found = textEnd(bytes, from, end)
  return found < -1 ? -2 - found : found
}

const ESCAPES: ReadonlySet<number> = new Set(Buffer.from('"\\/bfnrt'))
const TRUE = Buffer.from('true')
const FALSE = Buffer.from('false')
const NULL = Buffer.from('null')

function isWord(bytes: Uint8Array, at: number, end: number, word: Uint8Array): boolean {
  if (at + word.length > end) return false
  for (let i = 0; i < word.length; i++) if (bytes[at + i] !== word[i]) return false
  return true
}

/** Behind a number, true or false; -1 when it is none of these. */
function bareEnd(bytes: Uint8Array, from: number, end: number): number {
  const first = bytes[from]!
  if (first === 0x74) return isWord(bytes, from, end, TRUE) ? from + 4 : -1
  if (first === 0x66) return isWord(bytes, from, end, FALSE) ? from + 5 : -1
  let at = first === 0x2d ? from + 1 : from
  if (bytes[at] === 0x30) at++
  else {
    const digits = digitsEnd(bytes, at, end)
    if (digits === at) return -1
    at = digits
  }
  if (at < end && bytes[at] === 0x2e) {
    const digits = digitsEnd(bytes, at + 1, end)
    if (digits === at + 1) return -1
    at = digits
  }
  if (at < end && (bytes[at]! | 0x20) === 0x65) {
    at++
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++
    const digits = digitsEnd(bytes, at, end)
    if (digits === at) return -1
    at = digits
  }
  return at
}

function digitsEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++
  return at
}

/** Behind an array, or -1. */
function arrayEnd(bytes: Uint8Array, from: number, end: number, depth: number): number {
  if (depth > DEPTH_MAX || bytes[from] !== OPEN_BRACKET) return -1
  let at = blankEnd(bytes, from + 1, end)
  if (bytes[at] === CLOSE_BRACKET) return at + 1
  for (;;) {
    at = anyEnd(bytes, at, end, depth + 1)
    if (at < 0) return -1
    at = blankEnd(bytes, at, end)
    if (at >= end) return -1
    if (bytes[at] === CLOSE_BRACKET) return at + 1
    if (bytes[at] !== COMMA) return -1
    at = blankEnd(bytes, at + 1, end)
  }
}

/** Behind an object inside an array, or -1. */
function objectEnd(bytes: Uint8Array, from: number, end: number, depth: number): number {
  if (depth > DEPTH_MAX) return -1
  let at = blankEnd(bytes, from + 1, end)
  if (bytes[at] === CLOSE_BRACE) return at + 1
  for (;;) {
    if (bytes[at] !== QUOTE) return -1
    at = closingQuote(bytes, at + 1, end)
    if (at < 0) return -1
    at = blankEnd(bytes, at + 1, end)
    if (bytes[at] !== COLON) return -1
    at = anyEnd(bytes, blankEnd(bytes, at + 1, end), end, depth + 1)
    if (at < 0) return -1
    at = blankEnd(bytes, at, end)
    if (at >= end) return -1
    if (bytes[at] === CLOSE_BRACE) return at + 1
    if (bytes[at] !== COMMA) return -1
    at = blankEnd(bytes, at + 1, end)
  }
}

function anyEnd(bytes: Uint8Array, at: number, end: number, depth: number): number {
  if (at >= end) return -1
  const first = bytes[at]!
  if (first === QUOTE) {
    const closing = closingQuote(bytes, at + 1, end)
    return closing < 0 ? -1 : closing + 1
  }
  if (first === OPEN_BRACKET) return arrayEnd(bytes, at, end, depth)
  if (first === OPEN_BRACE) return objectEnd(bytes, at, end, depth)
  if (isWord(bytes, at, end, NULL)) return at + 4
  return bareEnd(bytes, at, end)
}

function blankEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from
  while (at < end && isBlank(bytes[at]!)) at++
  return at
}

function isBlank(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d
}

function isHex(byte: number | undefined): boolean {
  if (byte === undefined) return false
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
}
