import { type MsgpackValue, encodeMsgpack } from '../msgpack/encode.ts'

const QUOTE = 0x22
const BACKSLASH = 0x5c

/**
 * Finds where JSON values end that follow one another, as fluentd takes them from a connection that begins
 * with `{` or `[`. Goes on where it stopped when more has come.
 */
export class JsonFrame {
  #at = 0
  #depth = 0
  #isText = false
  #isEscaped = false

  /**
   * @param bytes from the beginning of the value, the same as before and what came since
   * @returns where the value ends, or undefined when it has not ended
   */
  look(bytes: Uint8Array): number | undefined {
    for (; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at]!
      if (this.#isText) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (byte === BACKSLASH) this.#isEscaped = true
        else if (byte === QUOTE) this.#isText = false
      } else if (byte === QUOTE) this.#isText = true
      else if (byte === 0x5b || byte === 0x7b) this.#depth++
      else if (byte === 0x5d || byte === 0x7d) {
        this.#depth--
        if (this.#depth > 0) continue
        const end = this.#at + 1
        this.#at = 0
        this.#depth = 0
        return end
      }
    }
    return undefined
  }
}

/** A message that came as JSON as the MessagePack that it stands for; undefined: it is no JSON. */
export function forwardOfJson(text: string): Uint8Array | undefined {
  try {
    return encodeMsgpack(JSON.parse(text) as MsgpackValue)
  } catch {
    return undefined // no JSON, or nested so deep that nobody can read it
  }
}
