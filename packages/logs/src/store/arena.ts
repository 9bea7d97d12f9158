/** Frames smaller than this share memory: a request of one line must not take pages of its own. */
const ARENA_BYTES = 2 ** 20

/** Shared memory for frames, handed out front to back. */
export class Arenas {
  #arena = new Uint8Array(new SharedArrayBuffer(0))
  #used = 0

  /** Room for a frame, at a multiple of 8. */
  take(bytes: number): Uint8Array {
    if (this.#used + bytes > this.#arena.length) {
      if (bytes > ARENA_BYTES / 4) return new Uint8Array(new SharedArrayBuffer(bytes))
      this.#arena = new Uint8Array(new SharedArrayBuffer(ARENA_BYTES))
      this.#used = 0
    }
    const room = this.#arena.subarray(this.#used, this.#used + bytes)
    this.#used += bytes
    return room
  }

  /** What comes next does not share memory with what came before, which may go. */
  renew(): void {
    this.#arena = new Uint8Array(new SharedArrayBuffer(0))
    this.#used = 0
  }
}
