import { SHORTEST_ROOM, writeShortest } from './shortest-digits.ts'

/**
 * Writes JSON as bytes, with no string of the whole in between: an answer of 10,000 series × 1,440
 * samples is 400 MB, more than a string may hold.
 *
 * Bytes gather in chunks that are never copied until {@link JsonWriter.finish}, which lays them end
 * to end in a buffer of its own, ready to be transferred to another thread.
 */
export class JsonWriter {
  readonly #full: Uint8Array[] = []
  #chunk = Buffer.allocUnsafeSlow(FIRST_CHUNK)
  #view = new DataView(this.#chunk.buffer)
  #grid: WrittenTimes | undefined
  #at = 0
  #before = 0

  /** Bytes written so far. */
  get length(): number {
    return this.#before + this.#at
  }

  /** Text that is JSON already. */
  raw(text: string): void {
    // Three bytes a UTF-16 unit is the most that UTF-8 takes.
    const most = text.length * 3
    if (most > CHUNK) {
      this.#rawLong(text)
      return
    }
    this.#reserve(most)
    this.#at += this.#chunk.write(text, this.#at)
  }

  /** A string, quoted and escaped. */
  string(text: string): void {
    this.raw(JSON.stringify(text))
  }

  /** `{"a":"x"}` from `name, value, …`. */
  labels(flat: readonly string[]): void {
    let text = '{'
    for (let i = 0; i < flat.length; i += 2) {
      text += `${i === 0 ? '' : ','}${JSON.stringify(flat[i])}:${JSON.stringify(flat[i + 1])}`
    }
    this.raw(`${text}}`)
  }

  /** `1600096945.479` */
  time(timeMs: number): void {
    this.#reserve(SAMPLE_BYTES)
    this.#at = writeTime(this.#chunk, this.#at, timeMs)
  }

  /** `[1600096945.479,"0.5"]` */
  sample(timeMs: number, value: number): void {
    this.#reserve(SAMPLE_BYTES)
    this.#sampleAt(timeMs, value)
  }

  /** `[[t,"v"],[t,"v"]]` */
  samples(times: Float64Array, values: Float64Array): void {
    this.#grid ??= new WrittenTimes(times)
    const { times: known, words, lengths } = this.#grid
    this.#reserve(2)
    this.#chunk[this.#at++] = OPEN
    if (times.length === 0) {
      this.#chunk[this.#at++] = CLOSE
      return
    }
    let slot = 0
    for (let i = 0; i < times.length; i++) {
      this.#reserve(SAMPLE_BYTES)
      const time = times[i]!
      while (slot < known.length && known[slot]! < time) slot++
      if (known[slot] === time) {
        const view = this.#view
        const at = this.#at
        const word = slot * SLOT_WORDS
        const length = lengths[slot++]!
        view.setFloat64(at, words[word]!, true)
        view.setFloat64(at + 8, words[word + 1]!, true)
        if (length > 16) view.setFloat64(at + 16, words[word + 2]!, true)
        const end = writeValue(this.#chunk, view, at + length, values[i]!)
        this.#chunk[end] = QUOTE
        this.#chunk[end + 1] = CLOSE
        this.#at = end + 2
      } else this.#sampleAt(time, values[i]!)
      this.#chunk[this.#at++] = COMMA
    }
    this.#chunk[this.#at - 1] = CLOSE
  }

  /** Everything written, in one buffer of exactly that length. The writer starts anew. */
  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(Buffer.allocUnsafeSlow(this.length).buffer)
    let at = 0
    for (const chunk of this.#full) {
      all.set(chunk, at)
      at += chunk.length
    }
    all.set(this.#chunk.subarray(0, this.#at), at)
    this.#full.length = 0
    this.#at = 0
    this.#before = 0
    return all
  }

  #sampleAt(timeMs: number, value: number): void {
    const bytes = this.#chunk
    bytes[this.#at++] = OPEN
    this.#at = writeTime(bytes, this.#at, timeMs)
    bytes[this.#at++] = COMMA
    bytes[this.#at++] = QUOTE
    this.#at = writeValue(bytes, this.#view, this.#at, value)
    bytes[this.#at++] = QUOTE
    bytes[this.#at++] = CLOSE
  }

  #reserve(bytes: number): void {
    if (this.#at + bytes <= this.#chunk.length) return
    this.#full.push(this.#chunk.subarray(0, this.#at))
    this.#before += this.#at
    this.#begin(bytes)
  }

  /**
   * Chunks grow with the answer: memory outside the heap, even a megabyte that is hardly used, makes
   * the collector mark the heap again and again (a seventh of a small query's time).
   */
  #begin(least: number): void {
    const size = Math.min(CHUNK, this.#chunk.length * 4)
    this.#chunk = Buffer.allocUnsafeSlow(Math.max(size, least))
    this.#view = new DataView(this.#chunk.buffer)
    this.#at = 0
  }

  #rawLong(text: string): void {
    const bytes = Buffer.from(text)
    this.#full.push(this.#chunk.subarray(0, this.#at), bytes)
    this.#before += this.#at + bytes.length
    this.#begin(0)
  }
}

const FIRST_CHUNK = 4096
const CHUNK = 1024 * 1024
const SAMPLE_BYTES = 32 + SHORTEST_ROOM // 20 for the time, the value, 5 around them

const OPEN = 0x5b
const CLOSE = 0x5d
const COMMA = 0x2c
const QUOTE = 0x22
const MINUS = 0x2d
const DOT = 0x2e
const ZERO = 0x30

/** How many 8-byte words `[` time `,"` takes at most. */
const SLOT_WORDS = 3

/**
 * The times of the first column, ready to be copied: all series of an answer lie on one grid. Words
 * are doubles, because text, below 0x80, makes no NaN, whose bits a double may lose.
 */
class WrittenTimes {
  readonly times: Float64Array
  readonly words: Float64Array
  readonly lengths: Uint8Array

  constructor(times: Float64Array) {
    this.times = times
    this.words = new Float64Array(times.length * SLOT_WORDS)
    this.lengths = new Uint8Array(times.length)
    const bytes = new Uint8Array(this.words.buffer)
    for (let i = 0; i < times.length; i++) {
      const start = i * SLOT_WORDS * 8
      let at = start
      bytes[at++] = OPEN
      at = writeTime(bytes, at, times[i]!)
      bytes[at++] = COMMA
      bytes[at++] = QUOTE
      this.lengths[i] = at - start
    }
  }
}

/** Whole seconds bare, anything else with exactly three decimals, as Prometheus does. */
function writeTime(bytes: Uint8Array, at: number, timeMs: number): number {
  const ms = Math.abs(timeMs)
  if (timeMs < 0) bytes[at++] = MINUS
  const seconds = Math.floor(ms / 1000)
  const rest = ms - seconds * 1000
  at = writeWhole(bytes, at, seconds)
  if (rest === 0) return at
  bytes[at++] = DOT
  bytes[at++] = ZERO + Math.floor(rest / 100)
  bytes[at++] = ZERO + (Math.floor(rest / 10) % 10)
  bytes[at++] = ZERO + (rest % 10)
  return at
}

const WHOLE_MAX = 2 ** 53
const THOUSANDTHS_MAX = 1e15

/**
 * A value as Prometheus spells it. Whole numbers and those with up to three decimals go digit by
 * digit; for others see shortest-digits.ts, and the few that are left go by way of a short string.
 *
 * With thousandths: if `t / 1000` is exactly the value and `t` has at most 15 digits, then no other
 * decimal of up to 15 digits reads back as the same double, so that these, without trailing zeros,
 * are its shortest ones. Measured (json-writer.bench.ts, 2-core EPYC, Node 20.20): whole 17 M
 * samples/s, decimals 19 M, any other double 8 M.
 */
function writeValue(bytes: Uint8Array, view: DataView, at: number, value: number): number {
  const size = Math.abs(value)
  if (size < WHOLE_MAX && Math.floor(size) === size) {
    if (value < 0 || Object.is(value, -0)) bytes[at++] = MINUS
    return writeWhole(bytes, at, size)
  }
  const thousandths = Math.round(size * 1000)
  if (thousandths < THOUSANDTHS_MAX && thousandths / 1000 === size) {
    if (value < 0) bytes[at++] = MINUS
    return writeThousandths(bytes, at, thousandths)
  }
  const first = value < 0 ? at + 1 : at
  const end = writeShortest(view, first, size)
  if (end >= 0) {
    if (value < 0) bytes[at] = MINUS
    return end
  }
  // Finite, no whole number below 2^53: only what has an exponent needs more than its digits.
  const text = size < 1e21 && size >= 1e-6 ? String(value) : valueText(value)
  for (let i = 0; i < text.length; i++) bytes[at++] = text.charCodeAt(i)
  return at
}

/** `1250` → `1.25`. Not for whole numbers. */
function writeThousandths(bytes: Uint8Array, at: number, thousandths: number): number {
  const whole = Math.floor(thousandths / 1000)
  const rest = thousandths - whole * 1000
  at = writeWhole(bytes, at, whole)
  bytes[at++] = DOT
  bytes[at++] = ZERO + Math.floor(rest / 100)
  if (rest % 100 === 0) return at
  bytes[at++] = ZERO + (Math.floor(rest / 10) % 10)
  if (rest % 10 === 0) return at
  bytes[at++] = ZERO + (rest % 10)
  return at
}

/** Digits of a whole number below 2^53, from the last to the first. */
function writeWhole(bytes: Uint8Array, at: number, whole: number): number {
  let digits = 1
  for (let bound = 10; whole >= bound; bound *= 10) digits++
  const end = at + digits
  let i = end
  // Above 31 bits `%` and `/` work on doubles; below, on integers, which is several times faster.
  while (whole > 0x7fffffff) {
    const tenth = Math.floor(whole / 10)
    bytes[--i] = ZERO + (whole - tenth * 10)
    whole = tenth
  }
  let small = whole | 0
  do {
    const tenth = (small / 10) | 0
    bytes[--i] = ZERO + (small - tenth * 10)
    small = tenth
  } while (i > at)
  return end
}

/**
 * A sample value as the Prometheus API spells it: shortest digits that read back as the same
 * double, an exponent of two digits or more below 1e-6 and from 1e21 on, `NaN`, `+Inf`, `-Inf`, `-0`.
 */
export function valueText(value: number): string {
  if (value === Infinity) return '+Inf'
  if (value === -Infinity) return '-Inf'
  if (Object.is(value, -0)) return '-0'
  const text = String(value)
  return text.includes('e') ? text.replace(/e([+-])(\d)$/, 'e$10$2') : text
}

/** A scalar result: the same digits, never an exponent. */
export function plainText(value: number): string {
  const text = valueText(value)
  const parts = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text)
  if (parts === null) return text
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = parts
  const digits = whole + fraction
  const point = whole.length + Number(exponent)
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${digits}`
  return `${sign}${digits.padEnd(point, '0')}`
}
