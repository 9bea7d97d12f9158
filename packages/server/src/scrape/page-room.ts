import { collectYoung } from '../threads/small-heap.ts'

/** Shorter pages have memory of their own. */
const LONG_BYTES = 256 * 1024
/** A longer room is not kept, and no more rooms than this are. */
const KEPT_BYTES_MAX = 32 * 2 ** 20
const KEPT = 3
/** After so many bytes the pieces in which they came are collected. */
const COLLECT_BYTES = 2 * 2 ** 20

const free: Uint8Array[] = []

/**
 * Where a page is put together from the pieces in which it comes. Memory of long pages is used again and
 * again: V8 takes fresh buffers for a reason to go through the whole heap, which at a page of 5 MiB every
 * few seconds cost more than reading it.
 */
export class PageRoom {
  #room: Uint8Array
  #length = 0
  #sinceCollected = 0

  /** @param bytes how many will come, about: as many as last time */
  constructor(bytes: number) {
    this.#room = bytes < LONG_BYTES ? new Uint8Array(bytes) : taken(bytes)
  }

  /** What came so far. Not to be looked at after {@link done}. */
  get bytes(): Uint8Array {
    return this.#room.subarray(0, this.#length)
  }

  put(piece: Uint8Array): void {
    const end = this.#length + piece.length
    if (end > this.#room.length) {
      const larger = taken(Math.max(end, this.#length * 2))
      larger.set(this.bytes)
      this.#room = larger
    }
    this.#room.set(piece, this.#length)
    this.#length = end
    this.#sinceCollected += piece.length
    if (this.#sinceCollected >= COLLECT_BYTES) this.#collect()
  }

  /** Gives the memory back. */
  done(): void {
    const { length } = this.#room
    if (length < LONG_BYTES) return
    this.#collect()
    if (length > KEPT_BYTES_MAX) return
    if (free.length === KEPT) free.shift()
    free.push(this.#room)
  }

  #collect(): void {
    this.#sinceCollected = 0
    collectYoung()
  }
}

/** The smallest room that is free and large enough, else a new one. */
function taken(bytes: number): Uint8Array {
  const fitting = free.filter(({ length }) => length >= bytes)
  const room = fitting.toSorted((a, b) => a.length - b.length)[0]
  if (room === undefined) return new Uint8Array(2 ** Math.ceil(Math.log2(bytes + 1)))
  free.splice(free.indexOf(room), 1)
  return room
}
