/**
 * What does not fit into a sample's eight bytes, native histograms: records behind each other in
 * segments of shared memory that belong to one arena. The sample holds the record's place. Written
 * before the sample becomes visible, never changed, and gone with the arena.
 */
import type { NativeHistogram } from '@weir/model'

import { ByteReader } from '../codec/bytes.ts'
import { decodeHistogram } from '../histogram/record.ts'

/** A place is a segment's number times this, plus a position in it: exact in a double. */
const SEGMENT_PLACES = 2 ** 32
const FIRST_BYTES = 64 * 1024
/** Segments double up to this size; one record that is longer has a segment of its own. */
const SEGMENT_BYTES_MAX = 2 ** 20

/** The writer's side. */
export class Blobs {
  readonly segments: SharedArrayBuffer[] = []
  bytes = 0
  #at = 0
  readonly #tell: (index: number, shared: SharedArrayBuffer) => void

  /** @param tell hears of each new segment, before anything in it is used */
  constructor(tell: (index: number, shared: SharedArrayBuffer) => void) {
    this.#tell = tell
  }

  /** Keeps a record; returns its place. */
  push(record: Uint8Array): number {
    let shared = this.segments.at(-1)
    if (shared === undefined || this.#at + record.length > shared.byteLength) {
      shared = this.#addSegment(record.length)
    }
    new Uint8Array(shared, this.#at, record.length).set(record)
    const place = (this.segments.length - 1) * SEGMENT_PLACES + this.#at
    this.#at += record.length
    return place
  }

  #addSegment(least: number): SharedArrayBuffer {
    const size = Math.min(FIRST_BYTES << Math.min(this.segments.length, 4), SEGMENT_BYTES_MAX)
    const shared = new SharedArrayBuffer(Math.max(size, least))
    const index = this.segments.push(shared) - 1
    this.bytes += shared.byteLength
    this.#at = 0
    this.#tell(index, shared)
    return shared
  }
}

/** The bytes from a place to the end of its segment; `undefined` when the segment is newer than this side's view. */
export function blobAt(
  segments: readonly (SharedArrayBuffer | undefined)[],
  place: number,
): Uint8Array | undefined {
  const shared = segments[Math.floor(place / SEGMENT_PLACES)]
  return shared === undefined ? undefined : new Uint8Array(shared, place % SEGMENT_PLACES)
}

export function readBlob(
  segments: readonly (SharedArrayBuffer | undefined)[],
  place: number,
): NativeHistogram | undefined {
  const bytes = blobAt(segments, place)
  return bytes === undefined ? undefined : decodeHistogram(new ByteReader(bytes))
}
