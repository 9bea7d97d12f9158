import { SEGMENT_BYTES, TABLE_BYTES, type Segment, segmentOf } from './layout.ts'

/** Segments kept for reuse; more are left to the garbage collector. 256 MiB worth at most. */
const KEPT_BYTES_MAX = 256 * 2 ** 20

/**
 * Shared memory that arenas are made of. Memory of a sealed arena waits here until `reclaim` hears
 * that no reader is in an epoch as old as the sealing.
 */
export class Pool {
  readonly #segments: SharedArrayBuffer[] = []
  readonly #tables: SharedArrayBuffer[] = []
  #retired: { epoch: number; segments: SharedArrayBuffer[]; tables: SharedArrayBuffer[] }[] = []
  /** Fewest segments that were free since memory last came back. */
  #neverTaken = 0
  /** Bytes in free segments and in those that wait for readers. */
  idleBytes = 0

  segment(): Segment {
    const shared = this.#segments.pop()
    if (shared === undefined) return segmentOf(new SharedArrayBuffer(SEGMENT_BYTES))
    this.#neverTaken = Math.min(this.#neverTaken, this.#segments.length)
    this.idleBytes -= SEGMENT_BYTES
    const segment = segmentOf(shared)
    segment.words.fill(0)
    return segment
  }

  table(): Int32Array {
    const shared = this.#tables.pop()
    if (shared === undefined) return new Int32Array(new SharedArrayBuffer(TABLE_BYTES))
    this.idleBytes -= TABLE_BYTES
    return new Int32Array(shared).fill(0)
  }

  /** Takes back an arena's memory; readers of `epoch` and before may still be in it. */
  retire(epoch: number, segments: SharedArrayBuffer[], tables: SharedArrayBuffer[]): void {
    this.idleBytes += segments.length * SEGMENT_BYTES + tables.length * TABLE_BYTES
    this.#retired.push({ epoch, segments, tables })
  }

  /** Makes memory free that was retired before `oldest`, the oldest epoch that a reader is in. */
  reclaim(oldest: number): void {
    if (!this.#retired.some(({ epoch }) => epoch < oldest)) return
    this.#trim()
    this.#retired = this.#retired.filter((retired) => {
      if (retired.epoch >= oldest) return true
      this.#keep(this.#segments, retired.segments, SEGMENT_BYTES)
      this.#keep(this.#tables, retired.tables, TABLE_BYTES)
      return false
    })
    this.#neverTaken = this.#segments.length
  }

  /** What a whole window did not need is let go: a burst of late samples is not paid for ever. */
  #trim(): void {
    this.#segments.length -= this.#neverTaken
    this.idleBytes -= this.#neverTaken * SEGMENT_BYTES
  }

  #keep(free: SharedArrayBuffer[], back: SharedArrayBuffer[], bytes: number): void {
    for (const shared of back) {
      if ((free.length + 1) * bytes <= KEPT_BYTES_MAX) free.push(shared)
      else this.idleBytes -= bytes
    }
  }
}
