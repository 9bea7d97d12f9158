import { GrowingBytes } from './growing-bytes.ts'

const NEWLINE = 0x0a

/** Cuts what a connection sends into pieces that can be parsed. */
export interface Frames {
  /** False: nothing that follows can be understood, the connection has to end. */
  push(chunk: Uint8Array): boolean
  /** The stream has ended. */
  end(): void
}

export interface FrameTakers {
  /** Gets one or more whole lines; the bytes are good only during the call. */
  readonly take: (lines: Uint8Array) => void
  /** Gets what there is of a line or packet that is passed over. */
  readonly refuse: (
    reason: 'line_too_long' | 'packet_too_long' | 'packet_cut',
    beginning: Uint8Array,
  ) => void
}

/**
 * Cuts a byte stream into whole lines. A line that is longer than it may be is passed over up to its newline
 * and counted; the rest of the stream goes on.
 */
export class LineFrames implements Frames {
  readonly #maxLineBytes: number
  readonly #takers: FrameTakers
  /** The beginning of a line whose end has not come. */
  readonly #rest = new GrowingBytes()
  #isPassingOver = false

  constructor(maxLineBytes: number, takers: FrameTakers) {
    this.#maxLineBytes = maxLineBytes
    this.#takers = takers
  }

  push(chunk: Uint8Array): boolean {
    let from = 0
    if (this.#isPassingOver) {
      from = chunk.indexOf(NEWLINE) + 1
      if (from === 0) return true
      this.#isPassingOver = false
    } else if (this.#rest.length > 0) {
      const end = chunk.indexOf(NEWLINE) + 1
      this.#rest.push(end === 0 ? chunk : chunk.subarray(0, end))
      if (end === 0) {
        this.#checkRest()
        return true
      }
      this.#takers.take(this.#rest.view())
      this.#rest.clear()
      from = end
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end > from) this.#takers.take(chunk.subarray(from, end))
    if (Math.max(end, from) < chunk.length) {
      this.#rest.push(chunk.subarray(Math.max(end, from)))
      this.#checkRest()
    }
    return true
  }

  /** A last line needs no newline. */
  end(): void {
    if (this.#rest.length > 0) this.#takers.take(this.#rest.view())
    this.#rest.clear()
  }

  #checkRest(): void {
    if (this.#rest.length <= this.#maxLineBytes + 1) return
    this.#takers.refuse('line_too_long', this.#rest.view())
    this.#rest.clear()
    this.#isPassingOver = true
  }
}
