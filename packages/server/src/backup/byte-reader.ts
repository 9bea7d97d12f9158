/** Takes a stream of pieces of any length apart. */
export class ByteReader {
  readonly #pieces: AsyncIterator<Uint8Array>
  #left: Uint8Array = new Uint8Array()

  constructor(pieces: AsyncIterable<Uint8Array>) {
    this.#pieces = pieces[Symbol.asyncIterator]()
  }

  /** Some bytes, at least one, at most so many; undefined at the end. */
  async some(bytesMax: number): Promise<Uint8Array | undefined> {
    while (this.#left.length === 0) {
      const next = await this.#pieces.next()
      if (next.done === true) return undefined
      this.#left = next.value
    }
    const taken = this.#left.subarray(0, bytesMax)
    this.#left = this.#left.subarray(taken.length)
    return taken
  }

  /** So many bytes in memory of their own; undefined when the stream ends before. */
  async exactly(bytes: number): Promise<Buffer | undefined> {
    const pieces: Uint8Array[] = []
    for (let want = bytes; want > 0;) {
      const piece = await this.some(want)
      if (piece === undefined) return undefined
      pieces.push(piece)
      want -= piece.length
    }
    return Buffer.concat(pieces)
  }

  /** All that is left. */
  async *rest(): AsyncGenerator<Uint8Array> {
    for (let piece; (piece = await this.some(Infinity)) !== undefined;) yield piece
  }
}
