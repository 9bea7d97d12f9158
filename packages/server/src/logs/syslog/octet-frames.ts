import { GrowingBytes } from '../../intake/growing-bytes.ts'
import { type Frames, LineFrames } from '../../intake/line-frames.ts'

const NEWLINE = 0x0a
const BLANK = 0x20
const ZERO = 0x30
const NINE = 0x39
const DIGITS_MAX = 9

export interface SyslogTakers {
  /** Gets one message, without its frame; good only during the call. */
  readonly take: (message: Uint8Array) => void
  /** One was longer than it may be. */
  readonly refuse: () => void
}

/**
 * Cuts a byte stream into messages as RFC 6587 has it: `<length> <message>`, or lines. The first byte of a
 * connection tells which: a length begins with a digit, a message with `<`.
 */
export class SyslogFrames implements Frames {
  readonly #bytesMax: number
  readonly #takers: SyslogTakers
  #chosen: Frames | undefined

  constructor(bytesMax: number, takers: SyslogTakers) {
    this.#bytesMax = bytesMax
    this.#takers = takers
  }

  push(chunk: Uint8Array): boolean {
    this.#chosen ??= isDigit(chunk[0]!) ? this.#octets() : this.#lines()
    return this.#chosen.push(chunk)
  }

  end(): void {
    this.#chosen?.end()
  }

  #octets(): Frames {
    return new OctetFrames(this.#bytesMax, this.#takers)
  }

  #lines(): Frames {
    const { take, refuse } = this.#takers
    return new LineFrames(this.#bytesMax, { take: (lines) => eachLine(lines, take), refuse })
  }
}

function eachLine(lines: Uint8Array, take: (line: Uint8Array) => void): void {
  for (let from = 0; from < lines.length;) {
    const feed = lines.indexOf(NEWLINE, from)
    const end = feed < 0 ? lines.length : feed
    if (end > from) take(lines.subarray(from, end))
    from = end + 1
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE
}

/** Lengths before messages. One that is too long is passed over; where a length should be and is none, all ends. */
class OctetFrames implements Frames {
  readonly #bytesMax: number
  readonly #takers: SyslogTakers
  readonly #rest = new GrowingBytes()
  #passOver = 0

  constructor(bytesMax: number, takers: SyslogTakers) {
    this.#bytesMax = bytesMax
    this.#takers = takers
  }

  push(chunk: Uint8Array): boolean {
    const passed = Math.min(this.#passOver, chunk.length)
    this.#passOver -= passed
    if (passed === chunk.length) return true
    this.#rest.push(chunk.subarray(passed))
    const bytes = this.#rest.view()
    let at = 0
    while (at < bytes.length) {
      const blank = bytes.indexOf(BLANK, at)
      const digits = (blank < 0 ? bytes.length : blank) - at
      if (digits > DIGITS_MAX || !isLength(bytes.subarray(at, at + digits))) {
        this.#rest.clear()
        return false
      }
      if (blank < 0) break
      const length = Number(Buffer.from(bytes.subarray(at, blank)).toString('latin1'))
      const end = blank + 1 + length
      if (length > this.#bytesMax) {
        this.#takers.refuse()
        this.#passOver = Math.max(0, end - bytes.length)
      } else if (end > bytes.length) {
        break
      } else if (length > 0) {
        this.#takers.take(bytes.subarray(blank + 1, end))
      }
      at = Math.min(end, bytes.length)
    }
    const left = bytes.subarray(at)
    this.#rest.clear() // leaves the bytes to us
    if (left.length > 0) this.#rest.push(left)
    return true
  }

  /** A message that was cut off is no message. */
  end(): void {
    if (this.#rest.length > 0) this.#takers.refuse()
    this.#rest.clear()
  }
}

/** Digits, as far as they have come. A newline behind a message, as some add one, is no length and ends all. */
function isLength(bytes: Uint8Array): boolean {
  return bytes.every((byte) => isDigit(byte))
}
