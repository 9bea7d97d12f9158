const QUOTE = 0x22
const BACKSLASH = 0x5c

/** Longest number that is read; a double needs at most 767 digits, senders write 25. */
const NUMBER_LENGTH_MAX = 1024

/** Which integers a field takes. */
export interface IntegerRange {
  readonly min: bigint
  readonly max: bigint
}

const INTEGER = /^-?[0-9]{1,20}$/
const NUMBER = /^-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?$/
const NOT_FINITE: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '+Inf': Number.POSITIVE_INFINITY,
  Inf: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-Inf': Number.NEGATIVE_INFINITY,
}

/**
 * JSON, value by value, straight from its bytes: nothing is made of what nobody wants. The first thing
 * that is wrong is kept in {@link why}, and from there on there is nothing more to read.
 */
export class JsonBytes {
  at = 0
  why = ''
  readonly #bytes: Buffer
  readonly #depthMax: number
  #depth = 0
  /** Whether a value may stand here without a comma before it. */
  #isFirst = false
  /** Whether the last string stands as it is, without escapes. */
  #isPlain = true

  constructor(bytes: Uint8Array, depthMax: number) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    this.#depthMax = depthMax
  }

  fail(why: string): void {
    this.why ||= why
  }

  /** After the only value there may be nothing but blanks. */
  finish(): void {
    if (this.why === '' && this.#peek() !== '') this.fail('want nothing behind the object')
  }

  /** Goes into an object or array. */
  open(bracket: '{' | '['): boolean {
    this.expect(bracket)
    if (++this.#depth > this.#depthMax) this.fail('it is nested too deep')
    this.#isFirst = true
    return this.why === ''
  }

  /** Whether another value (or name) comes; moves over the comma before it, or the bracket that ends. */
  next(bracket: '}' | ']'): boolean {
    if (this.why !== '') return false
    const found = this.#peek()
    const isFirst = this.#isFirst
    this.#isFirst = false
    if (found === bracket) {
      this.at++
      this.#depth--
      return false
    }
    if (isFirst) return true
    this.expect(',')
    return this.why === ''
  }

  expect(character: string): void {
    if (this.#peek() === character) this.at++
    else this.fail(`want ${character}`)
  }

  /** Whether `null` comes; does not move. */
  isNull(): boolean {
    return this.#peek() === 'n'
  }

  /** Whether an object comes; does not move. */
  isObject(): boolean {
    return this.#peek() === '{'
  }

  /** Whether a string comes; does not move. */
  isString(): boolean {
    return this.#peek() === '"'
  }

  /** A string; null is an empty one. */
  text(): string {
    if (this.isNull()) {
      this.#word('null')
      return ''
    }
    const from = this.#string()
    if (this.why !== '') return ''
    if (this.#isPlain) return this.#bytes.toString('utf8', from + 1, this.at - 1)
    try {
      return JSON.parse(this.#bytes.toString('utf8', from, this.at)) as string
    } catch {
      this.fail('want a string')
      return ''
    }
  }

  bool(): boolean {
    const isTrue = this.#peek() === 't'
    this.#word(isTrue ? 'true' : 'false')
    return isTrue
  }

  double(): number {
    const isString = this.#peek() === '"'
    const text = isString ? this.text() : this.#number()
    if (NUMBER.test(text)) return Number(text)
    const value = isString ? NOT_FINITE[text] : undefined
    if (value === undefined) this.fail('want a number')
    return value ?? 0
  }

  integer(range: IntegerRange): bigint {
    return this.#integer(this.#peek() === '"' ? this.text() : this.#number(), range)
  }

  /** The same, or a name that stands for a number. */
  integerOrName(range: IntegerRange, names: Readonly<Record<string, number>>): bigint {
    const text = this.#peek() === '"' ? this.text() : this.#number()
    const known = Object.hasOwn(names, text) ? names[text] : undefined
    return known === undefined ? this.#integer(text, range) : BigInt(known)
  }

  /** Moves over a value of any kind. */
  skipValue(): void {
    const found = this.#peek()
    if (found === '{') {
      if (!this.open('{')) return
      while (this.next('}')) {
        this.#string()
        this.expect(':')
        this.skipValue()
      }
    } else if (found === '[') {
      if (!this.open('[')) return
      while (this.next(']')) this.skipValue()
    } else if (found === '"') this.#string()
    else if (found === 't') this.#word('true')
    else if (found === 'f') this.#word('false')
    else if (found === 'n') this.#word('null')
    else if (!NUMBER.test(this.#number())) this.fail('want a value')
  }

  /** The character that comes after blanks, '' at the end; moves to it. */
  #peek(): string {
    const bytes = this.#bytes
    let byte = bytes[this.at]
    while (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) byte = bytes[++this.at]
    return byte === undefined ? '' : String.fromCharCode(byte)
  }

  #word(word: string): void {
    this.#peek()
    const end = this.at + word.length
    if (this.#bytes.toString('latin1', this.at, end) === word) this.at = end
    else this.fail('want a value')
  }

  /** Moves over a string; where it began. */
  #string(): number {
    const bytes = this.#bytes
    this.expect('"')
    const from = this.at - 1
    this.#isPlain = true
    for (let { at } = this; at < bytes.length && this.why === ''; at++) {
      const byte = bytes[at]!
      if (byte === QUOTE) {
        this.at = at + 1
        return from
      }
      if (byte === BACKSLASH) {
        this.#isPlain = false
        at++
      } else if (byte < 0x20) this.fail('want no control characters in a string')
    }
    this.fail('a string has no end')
    return from
  }

  /** The characters of a number, whatever they say. */
  #number(): string {
    this.#peek()
    const bytes = this.#bytes
    const from = this.at
    while (this.at < bytes.length && this.at - from < NUMBER_LENGTH_MAX) {
      const byte = bytes[this.at]!
      const isDigit = byte >= 0x30 && byte <= 0x39
      if (!isDigit && byte !== 0x2d && byte !== 0x2b && byte !== 0x2e && (byte | 0x20) !== 0x65) {
        break
      }
      this.at++
    }
    return bytes.toString('latin1', from, this.at)
  }

  #integer(text: string, { min, max }: IntegerRange): bigint {
    const value = INTEGER.test(text) ? BigInt(text) : undefined
    if (value !== undefined && value >= min && value <= max) return value
    this.fail(`want a whole number from ${min} to ${max}`)
    return 0n
  }
}
