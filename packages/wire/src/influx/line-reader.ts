import { ByteKeys } from '../keys/byte-keys.ts'
import { FieldNumbers } from './field-numbers.ts'
import { KEY_BYTES_MAX, KEY_SEPARATOR_BYTES } from './fault.ts'
import { type Head, headFault, latin1, readFieldKey, readHead } from './head.ts'
import type { LineBatch } from './line-batch.ts'
import { readNumber } from './number.ts'
import { type Precision, cutToUnit, readTimestamp } from './timestamp.ts'

const TAB = 0x09
const LF = 0x0a
const CR = 0x0d
const SPACE = 0x20
const QUOTE = 0x22
const HASH = 0x23
const COMMA = 0x2c
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30
const NINE = 0x39
const EQUALS = 0x3d
const BACKSLASH = 0x5c

/** How a body is to be read. */
export interface LineOptions {
  readonly precision: Precision
  /** The time of lines without one. */
  readonly nowMs: number
}

export interface LineReaderOptions {
  /** Any number that senders cannot know. */
  readonly seed: number
  /** Whether a string that reads as a number is taken for it. */
  readonly numbersInStrings: boolean
  /** Whether the only field of its line has a number of its own: it may be called otherwise. */
  readonly tellSingle: boolean
}

/** What a field belongs to and what it is called, decoded. */
export interface FieldName extends Head {
  readonly field: string
  /** Whether it stood alone in its line; only told with `tellSingle`. */
  readonly isSingle: boolean
}

/**
 * Reads InfluxDB line protocol, and remembers what it met:
 *
 * ```
 * cpu,host=a,region=eu usage_idle=98.5,usage_user=1i 1700000000000000000
 * └──── head ───────┘ └──── fields ───────────────┘
 * ```
 *
 * Heads come again and again, and with them the same fields in the same order. So a line costs one
 * comparison of its head with the one that came next last time, one for each key of a field, and its
 * numbers; names are decoded when they are new.
 *
 * A line that is wrong is left out as a whole, and the lines beside it are kept. Two things are kinder
 * than in InfluxDB: a line feed ends a line wherever it stands outside of quotes, whatever is before
 * it; and where a quote is never closed only the first line is lost, not all that follows.
 */
export class LineReader {
  readonly #heads: ByteKeys
  readonly #names: ByteKeys
  readonly #fields: FieldNumbers
  readonly #options: LineReaderOptions
  /** By head: 0 not looked at, 1 whole, 2 wrong. */
  #verdicts = new Uint8Array(256)
  #head = -1

  constructor(options: LineReaderOptions) {
    this.#options = options
    this.#heads = new ByteKeys(options.seed)
    this.#names = new ByteKeys(options.seed ^ 0x5bd1e995)
    this.#fields = new FieldNumbers(options.seed)
  }

  /** Fields have the numbers from 0 up to this. */
  get fieldCount(): number {
    return this.#fields.size
  }

  /** What is remembered, in bytes: texts, and about 30 for each number. */
  get heldBytes(): number {
    return this.#heads.keyBytes + this.#names.keyBytes + 32 * this.#fields.size
  }

  /** Bytes of the names of a field, about as much as its labels have. */
  textBytes(field: number): number {
    const name = this.#fields.names[field]!
    const head = this.#heads.byteLength(this.#fields.heads[field]!)
    return head + this.#names.byteLength(name < 0 ? ~name : name)
  }

  /** What a field is called; undefined when that is no UTF-8. */
  nameOf(field: number): FieldName | undefined {
    const name = this.#fields.names[field]!
    const head = readHead(this.#heads.bytes(this.#fields.heads[field]!))
    const key = readFieldKey(this.#names.bytes(name < 0 ? ~name : name))
    if (head === undefined || key === undefined) return undefined
    return { ...head, field: key, isSingle: name < 0 }
  }

  /**
   * Reads a body into `batch`; `KEY_SLACK` bytes behind `length` must be readable. Lines that are wrong
   * are told by the batch, see `lineFault`; reading stops when the batch is overfull.
   */
  read(bytes: Uint8Array, length: number, options: LineOptions, batch: LineBatch): void {
    const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const nowMs = cutToUnit(options.nowMs, options.precision)
    const body: Body = { bytes, view, length, precision: options.precision, nowMs }
    batch.clear()
    let at = 0
    while (at < length && !batch.isOverfull) {
      at = skipBlanks(bytes, at, length)
      const byte = bytes[at]
      if (at === length) break
      if (byte === LF) {
        at++
      } else if (byte === HASH || isReturn(bytes, at, length)) {
        at = lineFeed(bytes, at, length) + 1
      } else {
        at = this.#line(body, at, batch)
      }
    }
  }

  /** Reads the line that begins at `from`, well or not; gives where the next one begins. */
  #line(body: Body, from: number, batch: LineBatch): number {
    const { length: samples, strings } = batch
    const end = this.#goodLine(body, from, batch)
    if (end >= 0) {
      batch.lines++
      return end + 1
    }
    if (batch.isOverfull) return body.length
    batch.length = samples
    batch.strings = strings
    const { bytes, length } = body
    const last = lineEnd(bytes, from, length)
    batch.fault(from, isReturn(bytes, last - 1, last) ? last - 1 : last)
    return last + 1
  }

  /** Where the line's line feed is; -1 when the line is wrong. */
  #goodLine(body: Body, from: number, batch: LineBatch): number {
    const { bytes, length, nowMs, precision } = body
    const start = batch.length
    const fieldsAt = this.#readHead(body, from)
    if (fieldsAt < 0) return -1
    let at = this.#readFields(body, fieldsAt, batch)
    if (at < 0) return -1
    at = skipBlanks(bytes, at, length)
    let timeMs = nowMs
    const stampAt = at
    while (at < length && bytes[at]! > SPACE) at++
    if (at > stampAt) {
      timeMs = readTimestamp(bytes, stampAt, at, precision)
      if (Number.isNaN(timeMs)) return -1
      while (at < length && bytes[at] === SPACE) at++
    }
    if (isReturn(bytes, at, length)) at++
    if (at < length && bytes[at] !== LF) return -1
    batch.stamp(start, timeMs)
    return at
  }

  /** Reads measurement and tags; gives where the fields begin, -1 when they are wrong. */
  #readHead({ bytes, view, length }: Body, from: number): number {
    const heads = this.#heads
    let head = heads.expected(this.#head)
    let end = -1
    if (head >= 0) {
      // It ended at a free space when it was new, so it does here.
      end = from + heads.byteLength(head)
      if (end >= length || bytes[end] !== SPACE || !heads.stands(head, view, from)) head = -1
    }
    if (head < 0) {
      end = freeSpace(bytes, from, length)
      if (end < 0 || end - from > KEY_BYTES_MAX) return -1
      head = heads.find(view, from, end, this.#head)
    }
    this.#head = head
    return this.#isWhole(head) ? skipBlanks(bytes, end, length) : -1
  }

  #isWhole(head: number): boolean {
    if (head >= this.#verdicts.length) {
      const verdicts = new Uint8Array(Math.max(head + 1, this.#verdicts.length * 2))
      verdicts.set(this.#verdicts)
      this.#verdicts = verdicts
    }
    const known = this.#verdicts[head]!
    if (known !== 0) return known === 1
    const isWhole = headFault(latin1(this.#heads.bytes(head))) === undefined
    this.#verdicts[head] = isWhole ? 1 : 2
    return isWhole
  }

  /** Reads `key=value,…`; gives where they end, -1 when they are wrong. */
  #readFields(body: Body, from: number, batch: LineBatch): number {
    const { bytes, view, length } = body
    const fields = this.#fields
    const names = this.#names
    const head = this.#head
    const { samplesMax, length: before } = batch
    let count = 0
    let field = -1
    for (let at = from; batch.length <= samplesMax; at++) {
      const previous = field
      field = fields.expected(head, previous)
      let equals = -1
      if (field >= 0) {
        const name = fields.names[field]!
        equals = at + names.byteLength(name)
        if (equals >= length || bytes[equals] !== EQUALS || !names.stands(name, view, at))
          field = -1
      }
      if (field < 0) {
        equals = freeEquals(bytes, at, length)
        if (equals <= at || this.#isTooLong(head, equals - at)) return -1
        field = fields.find(head, names.find(view, at, equals, -1))
        fields.follow(head, previous, field)
      }
      count++
      at = this.#readValue(bytes, equals + 1, length, field, batch)
      if (at < 0) return -1
      if (at < length && bytes[at] === COMMA) continue
      if (count === 1 && this.#options.tellSingle && batch.length > before) {
        batch.fields[before] = fields.find(head, ~fields.names[field]!)
      }
      return at
    }
    return -1
  }

  #isTooLong(head: number, keyBytes: number): boolean {
    return this.#heads.byteLength(head) + KEY_SEPARATOR_BYTES + keyBytes > KEY_BYTES_MAX
  }

  /** Reads one value and queues it when it is a number; gives where it ends, -1 when it is wrong. */
  #readValue(
    bytes: Uint8Array,
    from: number,
    length: number,
    field: number,
    batch: LineBatch,
  ): number {
    const first = from < length ? bytes[from]! : LF
    if (first === QUOTE) return this.#readString(bytes, from, length, field, batch)
    let end = from
    while (end < length && bytes[end]! > SPACE && bytes[end] !== COMMA) end++
    const isNumber = isDigitOrDot(first) || first === MINUS
    const value = isNumber ? readNumber(bytes, from, end) : readBoolean(bytes, from, end)
    if (Number.isNaN(value)) return -1
    batch.push(field, value)
    return isEndOfValue(bytes, end, length) ? end : -1
  }

  #readString(
    bytes: Uint8Array,
    from: number,
    length: number,
    field: number,
    batch: LineBatch,
  ): number {
    let end = from + 1
    while (end < length && bytes[end] !== QUOTE) end += bytes[end] === BACKSLASH ? 2 : 1
    if (end >= length) return -1
    const isRead = this.#options.numbersInStrings && isDigitOrDot(bytes[end - 1]!)
    const value = isRead ? readNumber(bytes, from + 1, end) : Number.NaN
    if (Number.isNaN(value)) batch.strings++
    else batch.push(field, value)
    return isEndOfValue(bytes, end + 1, length) ? end + 1 : -1
  }
}

/** One body and how it is read, for the steps of reading a line. */
interface Body {
  readonly bytes: Uint8Array
  readonly view: DataView
  readonly length: number
  readonly precision: Precision
  readonly nowMs: number
}

function isDigitOrDot(byte: number): boolean {
  return (byte >= ZERO && byte <= NINE) || byte === DOT
}

function skipBlanks(bytes: Uint8Array, from: number, length: number): number {
  let at = from
  while (at < length && (bytes[at] === SPACE || bytes[at] === TAB || bytes[at] === 0)) at++
  return at
}

/** Whether a carriage return stands here that belongs to the end of the line. */
function isReturn(bytes: Uint8Array, at: number, length: number): boolean {
  return bytes[at] === CR && at < length && (at + 1 === length || bytes[at + 1] === LF)
}

function lineFeed(bytes: Uint8Array, from: number, length: number): number {
  const found = bytes.indexOf(LF, from)
  return found < 0 || found > length ? length : found
}

/** Where the head ends: at a space that no backslash stands before; -1 when its line ends first. */
function freeSpace(bytes: Uint8Array, from: number, length: number): number {
  for (let at = from + 1; at < length; at++) {
    const byte = bytes[at]
    if (byte === LF) return -1
    if (byte === SPACE && bytes[at - 1] !== BACKSLASH) return at
  }
  return -1
}

/** Where the key of a field ends; -1 when there is no equals sign before the next field, or the end. */
function freeEquals(bytes: Uint8Array, from: number, length: number): number {
  for (let at = from; at < length; at++) {
    const byte = bytes[at]!
    if (byte === EQUALS) return at
    if (byte === SPACE || byte === COMMA || byte === LF) return -1
    if (byte === BACKSLASH && bytes[at + 1] !== LF) at++
  }
  return -1
}

function isEndOfValue(bytes: Uint8Array, at: number, length: number): boolean {
  if (at >= length) return true
  const byte = bytes[at]!
  return byte === COMMA || byte === SPACE || byte === LF || isReturn(bytes, at, length)
}

const BOOLEANS = new Map([
  ...['t', 'T', 'true', 'True', 'TRUE'].map((text) => [text, 1] as const),
  ...['f', 'F', 'false', 'False', 'FALSE'].map((text) => [text, 0] as const),
])
const BOOLEAN_BYTES_MAX = 5

/** 1 or 0 for what line protocol writes as a boolean, else NaN. */
function readBoolean(bytes: Uint8Array, from: number, to: number): number {
  if (to - from > BOOLEAN_BYTES_MAX) return Number.NaN
  return BOOLEANS.get(String.fromCharCode(...bytes.subarray(from, to))) ?? Number.NaN
}

/**
 * Where a line that is wrong ends: at the first line feed outside of quotes, which count after the
 * first equals sign of the fields; when a quote is never closed, at the first line feed of all.
 */
function lineEnd(bytes: Uint8Array, from: number, length: number): number {
  let isInFields = false
  let quoted = false
  let values = 0
  for (let at = from; at < length; at++) {
    const byte = bytes[at]!
    if (byte === LF && !quoted) return at
    if (byte === BACKSLASH && (quoted || bytes[at + 1] !== LF)) at++
    else if (byte === SPACE) isInFields = true
    else if (!isInFields) continue
    else if (byte === QUOTE && values > 0) quoted = !quoted
    else if (byte === EQUALS && !quoted) values++
    else if (byte === COMMA && !quoted) values--
  }
  return quoted ? lineFeed(bytes, from, length) : length
}
