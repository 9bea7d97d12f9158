/** Bytes that are added to at the end. What n bytes in small pieces cost to copy grows with n, not with n². */
export class GrowingBytes {
  #bytes = new Uint8Array(0)
  length = 0

  push(more: Uint8Array): void {
    const length = this.length + more.length
    if (length > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(length, this.#bytes.length * 2))
      grown.set(this.#bytes.subarray(0, this.length))
      this.#bytes = grown
    }
    this.#bytes.set(more, this.length)
    this.length = length
  }

  /** What is there. Good until more is pushed; `clear` leaves it to whoever holds it. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.length)
  }

  /** Forgets the bytes and gives the memory back: most connections rest most of the time. */
  clear(): void {
    this.length = 0
    this.#bytes = new Uint8Array(0)
  }
}
