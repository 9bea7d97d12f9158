import { GrowingBytes } from './growing-bytes.ts'
import { type FrameTakers, type Frames, LineFrames } from './line-frames.ts'

/** Bytes of the length before each packet, little-endian. */
const HEAD_BYTES = 4

/**
 * Cuts a byte stream into packets as DogStatsD clients send them over Unix stream sockets: four bytes of
 * length, then so many bytes of lines. Memory grows with what has come, never with what a length promises.
 * A length of 0 or above the limit ends the connection, as with the Agent: where the next packet would
 * begin cannot be known.
 */
export class LengthFrames implements Frames {
  readonly #maxPacketBytes: number
  readonly #takers: FrameTakers
  /** What has come of a head or packet that is not whole. */
  readonly #rest = new GrowingBytes()

  constructor(maxPacketBytes: number, takers: FrameTakers) {
    this.#maxPacketBytes = maxPacketBytes
    this.#takers = takers
  }

  push(chunk: Uint8Array): boolean {
    if (this.#rest.length === 0) return this.#cut(chunk)
    this.#rest.push(chunk)
    if (!this.#isWhole()) return true
    const bytes = this.#rest.view()
    this.#rest.clear()
    return this.#cut(bytes)
  }

  /** Whether the rest can be cut, or refused. */
  #isWhole(): boolean {
    const bytes = this.#rest.view()
    if (bytes.length < HEAD_BYTES) return false
    const length = lengthAt(bytes, 0)
    return length > this.#maxPacketBytes || bytes.length >= HEAD_BYTES + length
  }

  /** A packet that was cut off cannot be trusted: its last line may be another one's beginning. */
  end(): void {
    if (this.#rest.length > 0) this.#takers.refuse('packet_cut', this.#rest.view())
    this.#rest.clear()
  }

  #cut(bytes: Uint8Array): boolean {
    let at = 0
    while (at + HEAD_BYTES <= bytes.length) {
      const length = lengthAt(bytes, at)
      if (length === 0 || length > this.#maxPacketBytes) {
        this.#takers.refuse('packet_too_long', bytes.subarray(at + HEAD_BYTES))
        return false
      }
      const to = at + HEAD_BYTES + length
      if (to > bytes.length) break
      this.#takers.take(bytes.subarray(at + HEAD_BYTES, to))
      at = to
    }
    if (at < bytes.length) this.#rest.push(bytes.subarray(at))
    return true
  }
}

function lengthAt(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, HEAD_BYTES).getUint32(0, true)
}

/**
 * Tells the two ways of cutting apart by the first four bytes of a connection: lengths stay below 2^24, so the
 * fourth byte of a length is zero, which no line of StatsD holds.
 */
export class DetectedFrames implements Frames {
  readonly #lengths: LengthFrames
  readonly #lines: LineFrames
  readonly #head = new GrowingBytes()
  #chosen: Frames | undefined

  constructor(
    limits: { readonly maxPacketBytes: number; readonly maxLineBytes: number },
    takers: FrameTakers,
  ) {
    this.#lengths = new LengthFrames(limits.maxPacketBytes, takers)
    this.#lines = new LineFrames(limits.maxLineBytes, takers)
  }

  push(chunk: Uint8Array): boolean {
    if (this.#chosen !== undefined) return this.#chosen.push(chunk)
    this.#head.push(chunk)
    if (this.#head.length < HEAD_BYTES) return true
    const bytes = this.#head.view()
    this.#head.clear()
    this.#chosen = bytes[HEAD_BYTES - 1] === 0 ? this.#lengths : this.#lines
    return this.#chosen.push(bytes)
  }

  end(): void {
    if (this.#chosen === undefined) {
      this.#lines.push(this.#head.view())
      this.#head.clear()
    }
    ;(this.#chosen ?? this.#lines).end()
  }
}
