/**
 * The head: samples that are not sealed yet, in shared memory, one writer, many readers, no locks.
 *
 * ```
 *  arena (one window)          table segment: series number → first block + 1, 0: none
 *  ┌─────────────┐             ┌───┬───┬───┬───┬───┐
 *  │ tables   ───┼────────────►│ 1 │ 0 │ 3 │ 2 │ … │
 *  │ segments ───┼──┐          └─┬─┴───┴─┬─┴───┴───┘
 *  └─────────────┘  │   block 0  ▼       ▼ block 2
 *                   └► ┌──────────────┐ ┌──────────────┐
 *                      │ count, next ─┼►│ count, next 0│   8 samples each:
 *                      │ times values │ │ times values │   4 bytes of offset, 8 of value
 *                      └──────────────┘ └──────────────┘
 * ```
 *
 * The writer fills a sample and only then, with `Atomics.store`, the block's count; it fills a block
 * and only then links it. A reader that loads count and link the same way sees whole samples or
 * none. Nothing in an arena is ever moved.
 *
 * A query sees all of a commit or none, since the count is one word with two counts in it:
 *
 * ```
 *  bits 0-3 how many samples   4-7 how many before the newest commit   8-31 that commit's number
 * ```
 *
 * A reader that began before that commit takes the second count, and nothing of a block that was begun
 * later than itself. Two counts are enough: where a reader is at work that needs a third, one that
 * began between the block's first commit and its newest, the writer begins another block. When its window is sealed the whole arena goes back to
 * the pool at once, after every reader that may still walk it has finished (`epochs.ts`).
 *
 * Blocks of 8: a series costs 108 + 12 bytes a window at least, which at one scrape a minute is
 * still mostly samples, and a chain of 4 for a flush every 10 s in a window of 5 minutes.
 */
import type { SampleColumns } from '@weir/model'

import { readBlob } from './blobs.ts'

export const BLOCK_SAMPLES = 8
export const BLOCK_SHIFT = 3
/** Blocks in a segment. 2,048 blocks are 216 KiB: a store of a few hundred series stays small. */
export const SEGMENT_BLOCKS = 2048
export const SEGMENT_SHIFT = 11
/** Series in a table segment. */
export const TABLE_SERIES = 16384
export const TABLE_SHIFT = 14

const VALUES_BYTES = SEGMENT_BLOCKS * BLOCK_SAMPLES * 8
const OFFSETS_BYTES = SEGMENT_BLOCKS * BLOCK_SAMPLES * 4
/** Words of a block lie together: what looks at one needs the others. */
export const BLOCK_WORDS = 3
/** How many samples, packed: see {@link countIn}. */
export const COUNT = 0
/** Block that follows, plus 1; 0: none. */
export const NEXT = 1
/** The commit that began the block, counted from the arena's base. */
export const BIRTH = 2
const WORDS_BYTES = SEGMENT_BLOCKS * BLOCK_WORDS * 4

export const SEGMENT_BYTES = VALUES_BYTES + OFFSETS_BYTES + WORDS_BYTES
export const TABLE_BYTES = TABLE_SERIES * 4

/** Added to the offset of a native histogram. An arena is at most a day, so offsets stay below it. */
export const HISTOGRAM = 2 ** 31

/** Views over one shared segment of blocks. */
export interface Segment {
  readonly shared: SharedArrayBuffer
  readonly values: Float64Array
  /** Milliseconds since the arena's start; with {@link HISTOGRAM} added, the value is a place in the arena's blobs. */
  readonly offsets: Uint32Array
  /** {@link BLOCK_WORDS} for each block. */
  readonly words: Int32Array
}

export function segmentOf(shared: SharedArrayBuffer): Segment {
  const samples = SEGMENT_BLOCKS * BLOCK_SAMPLES
  return {
    shared,
    values: new Float64Array(shared, 0, samples),
    offsets: new Uint32Array(shared, VALUES_BYTES, samples),
    words: new Int32Array(shared, VALUES_BYTES + OFFSETS_BYTES, SEGMENT_BLOCKS * BLOCK_WORDS),
  }
}

/** What both sides know about an arena. */
export interface ArenaView {
  readonly id: number
  /** The window, [startMs, endMs). */
  readonly startMs: number
  readonly endMs: number
  /** The newest commit when the arena was made; commits are counted from it in its blocks. */
  readonly commitBase: number
  readonly tables: (Int32Array | undefined)[]
  readonly segments: (Segment | undefined)[]
  /** Memory for what does not fit into a value; see `blobs.ts`. */
  readonly blobs: (SharedArrayBuffer | undefined)[]
}

/** Where a block's word has the count before its newest commit, and the number of that commit. */
export const BEFORE_SHIFT = 4
export const COMMIT_SHIFT = 8
export const COUNT_MASK = 0xf
/** Commits of one arena beyond this are not told from each other: 16.7 million. */
export const COMMIT_MAX = 2 ** 24 - 1

/** How many samples of a block are there for a reader that began when `seen` commits were visible. */
function countIn(word: number, seen: number): number {
  return (seen >= word >>> COMMIT_SHIFT ? word : word >>> BEFORE_SHIFT) & COUNT_MASK
}

/** Whether a series has samples in an arena. */
export function isInArena(arena: ArenaView, series: number): boolean {
  const table = arena.tables[series >>> TABLE_SHIFT]
  return table !== undefined && Atomics.load(table, series & (TABLE_SERIES - 1)) > 0
}

/**
 * Appends a series' samples within [minMs, maxMs] to `into`, in the order in which they came.
 *
 * @param commit the newest commit that shows
 * @returns whether they are ascending in time
 */
export function readArena(
  arena: ArenaView,
  series: number,
  minMs: number,
  maxMs: number,
  into: SampleColumns,
  commit: number,
): boolean {
  const seen = (commit - arena.commitBase) | 0
  const table = arena.tables[series >>> TABLE_SHIFT]
  if (table === undefined) return true
  const least = minMs - arena.startMs
  const most = Math.min(maxMs - arena.startMs, HISTOGRAM - 1)
  let block = Atomics.load(table, series & (TABLE_SERIES - 1))
  let count = into.length
  let ascending = true
  let before = -1
  while (block > 0) {
    const segment = arena.segments[(block - 1) >>> SEGMENT_SHIFT]
    if (segment === undefined) break // newer than this reader's view
    const index = (block - 1) & (SEGMENT_BLOCKS - 1)
    const { words } = segment
    const at = index * BLOCK_WORDS
    if (words[at + BIRTH]! > seen) break
    const filled = countIn(Atomics.load(words, at + COUNT), seen)
    into.length = count
    into.reserve(BLOCK_SAMPLES)
    const { times, values } = into
    const { offsets, values: stored } = segment
    const from = index << BLOCK_SHIFT
    for (let i = from; i < from + filled; i++) {
      let offset = offsets[i]!
      let value = stored[i]!
      if (offset < least || offset > most) {
        if (offset < HISTOGRAM) continue
        offset -= HISTOGRAM
        if (offset < least || offset > most) continue
        const histogram = readBlob(arena.blobs, value)
        if (histogram === undefined) continue // newer than this reader's view
        into.setHistogram(count, histogram)
        value = Number.NaN
      }
      if (offset <= before) ascending = false
      before = offset
      times[count] = arena.startMs + offset
      values[count] = value
      count++
    }
    block = Atomics.load(words, at + NEXT)
  }
  into.length = count
  return ascending
}
