/** Why bytes are not the one message of a call. */
export type FrameFault =
  | 'flag' // neither 0 nor 1: not gRPC's framing
  | 'more' // a second message, or bytes behind the first

const HEAD_BYTES = 5

/**
 * The one message of a unary call, as its bytes arrive: `0 or 1 (packed) · length, 4 bytes big endian ·
 * bytes`. A length is only a claim: memory is taken for what has come, never for what was announced.
 *
 * @see grpc:doc/PROTOCOL-HTTP2.md, Length-Prefixed-Message
 */
export class UnaryMessage {
  readonly #head = new Uint8Array(HEAD_BYTES)
  #headBytes = 0
  #chunks: Uint8Array[] = []
  #bytes = 0

  /** Takes the next bytes in; they must not change any more. */
  push(chunk: Uint8Array): FrameFault | undefined {
    const taken = Math.min(HEAD_BYTES - this.#headBytes, chunk.length)
    this.#head.set(chunk.subarray(0, taken), this.#headBytes)
    this.#headBytes += taken
    if (this.#headBytes > 0 && this.#head[0]! > 1) return 'flag'
    if (taken === chunk.length) return undefined
    this.#bytes += chunk.length - taken
    if (this.#bytes > this.length!) return 'more'
    this.#chunks.push(chunk.subarray(taken))
    return undefined
  }

  /** How long the message will be, by its own word; undefined before that has come. */
  get length(): number | undefined {
    if (this.#headBytes < HEAD_BYTES) return undefined
    return new DataView(this.#head.buffer).getUint32(1)
  }

  get isPacked(): boolean {
    return this.#head[0] === 1
  }

  /** The message in memory of its own; undefined when bytes are missing. */
  whole(): Uint8Array<ArrayBuffer> | undefined {
    if (this.length !== this.#bytes) return undefined
    const whole = new Uint8Array(this.#bytes)
    let at = 0
    for (const chunk of this.#chunks) {
      whole.set(chunk, at)
      at += chunk.length
    }
    this.drop()
    return whole
  }

  /** Forgets the bytes. */
  drop(): void {
    this.#chunks = []
  }
}

/** A message as {@link UnaryMessage} reads it, not packed. */
export function framed(message: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(HEAD_BYTES + message.length)
  new DataView(bytes.buffer).setUint32(1, message.length)
  bytes.set(message, HEAD_BYTES)
  return bytes
}
