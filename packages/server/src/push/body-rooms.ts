import { KEY_SLACK } from '@weir/wire'

/** Shorter bodies have memory of their own. */
const LONG_BYTES = 64 * 1024
/** So many rooms are kept, and no more bytes in all of them. */
const KEPT = 4
const KEPT_BYTES_MAX = 8 * 2 ** 20
/** Bodies of one sender are about as long; the next may be a little longer. */
const SPARE = 1.25

/**
 * Memory for the bodies of requests, used again and again: it goes to the push thread with a body and comes
 * back when that is stored. V8 takes fresh buffers for growth of the heap: at a megabyte a request it went
 * through the whole heap of the push thread every few requests, which cost more than reading them.
 */
export class BodyRooms {
  #free: ArrayBuffer[] = []

  /** Room for a body of so many bytes, and `KEY_SLACK` behind it; it holds anything. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    const wanted = bytes + KEY_SLACK
    if (wanted < LONG_BYTES) return new Uint8Array(wanted)
    const fitting = this.#free.filter(({ byteLength }) => byteLength >= wanted)
    const room = fitting.toSorted((a, b) => a.byteLength - b.byteLength)[0]
    if (room === undefined) return new Uint8Array(Math.ceil(wanted * SPARE))
    this.#free = this.#free.filter((other) => other !== room)
    return new Uint8Array(room)
  }

  /** Nobody else uses the room any more. The oldest ones go when there are too many. */
  give(room: ArrayBuffer): void {
    if (room.byteLength < LONG_BYTES || room.byteLength > KEPT_BYTES_MAX) return
    this.#free.push(room)
    while (this.#free.length > KEPT || this.#keptBytes() > KEPT_BYTES_MAX) this.#free.shift()
  }

  #keptBytes(): number {
    return this.#free.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }
}
