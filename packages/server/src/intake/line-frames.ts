const NEWLINE = 0x0a

/**
 * Cuts a byte stream into whole lines. A line that is longer than it may be is passed over up to its newline
 * and counted; the rest of the stream goes on.
 */
export class LineFrames {
  readonly #maxLineBytes: number
  readonly #take: (lines: Uint8Array) => void
  readonly #tooLong: (beginning: Uint8Array) => void
  /** The beginning of a line whose end has not come. */
  #rest = new Uint8Array(0)
  #isPassingOver = false

  /**
   * @param take gets one or more whole lines at a time
   * @param tooLong gets what there is of a line that is passed over
   */
  constructor(
    maxLineBytes: number,
    take: (lines: Uint8Array) => void,
    tooLong: (beginning: Uint8Array) => void,
  ) {
    this.#maxLineBytes = maxLineBytes
    this.#take = take
    this.#tooLong = tooLong
  }

  push(chunk: Uint8Array): void {
    let from = 0
    if (this.#isPassingOver) {
      from = chunk.indexOf(NEWLINE) + 1
      if (from === 0) return
      this.#isPassingOver = false
    } else if (this.#rest.length > 0) {
      const end = chunk.indexOf(NEWLINE) + 1
      const more = end === 0 ? chunk : chunk.subarray(0, end)
      this.#rest = joined(this.#rest, more)
      if (end === 0) {
        this.#checkRest()
        return
      }
      this.#take(this.#rest)
      this.#rest = new Uint8Array(0)
      from = end
    }
    const end = chunk.lastIndexOf(NEWLINE) + 1
    if (end > from) this.#take(chunk.subarray(from, end))
    if (Math.max(end, from) < chunk.length) {
      this.#rest = chunk.slice(Math.max(end, from))
      this.#checkRest()
    }
  }

  /** The stream has ended: a last line needs no newline. */
  end(): void {
    if (this.#rest.length > 0) this.#take(this.#rest)
    this.#rest = new Uint8Array(0)
  }

  #checkRest(): void {
    if (this.#rest.length <= this.#maxLineBytes + 1) return
    this.#tooLong(this.#rest)
    this.#rest = new Uint8Array(0)
    this.#isPassingOver = true
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length)
  both.set(a)
  both.set(b, a.length)
  return both
}
