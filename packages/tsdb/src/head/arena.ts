import type { BatchColumns } from '../disk/batch-record.ts'
import { Blobs, blobAt } from './blobs.ts'
import type { ReaderSpan } from './epochs.ts'
import {
  BEFORE_SHIFT,
  BLOCK_SAMPLES,
  BLOCK_SHIFT,
  BLOCK_WORDS,
  BIRTH,
  COUNT,
  NEXT,
  COMMIT_MAX,
  COMMIT_SHIFT,
  COUNT_MASK,
  HISTOGRAM,
  SEGMENT_BLOCKS,
  SEGMENT_BYTES,
  SEGMENT_SHIFT,
  TABLE_BYTES,
  TABLE_SERIES,
  TABLE_SHIFT,
  type ArenaView,
  type Segment,
} from './layout.ts'
import type { Pool } from './pool.ts'

/** Told to readers, so that they can follow. */
export type ArenaNews =
  | {
      readonly kind: 'arena'
      readonly id: number
      readonly startMs: number
      readonly endMs: number
      readonly commitBase: number
    }
  | {
      readonly kind: 'table' | 'segment' | 'blob'
      readonly arena: number
      readonly index: number
      readonly shared: SharedArrayBuffer
    }
  | { readonly kind: 'arenaGone'; readonly id: number }

/** The writer's side of one head window. See `layout.ts` for the picture. */
export class Arena implements ArenaView {
  readonly id: number
  readonly startMs: number
  readonly endMs: number
  /** Whether it takes samples of a time that was sealed before: such windows are a whole day long. */
  readonly isLate: boolean
  readonly commitBase: number
  readonly tables: (Int32Array | undefined)[] = []
  readonly segments: Segment[] = []
  readonly createdMs: number
  /** Set when sealing has begun: nothing is appended any more. */
  closing = false
  sampleCount = 0
  /** Least offset of a sample in it. */
  #oldest = Number.POSITIVE_INFINITY
  /** Number of the newest batch that is stored for it. */
  batchSequence = 0
  readonly #blobs: Blobs
  readonly #lasts: (Int32Array | undefined)[] = []
  /** Greatest offset + 1 that a series has here, staged samples included; 0: none. */
  readonly #newest: (Uint32Array | undefined)[] = []
  readonly #pool: Pool
  readonly #tell: (news: ArenaNews) => void
  #blockCount = 0
  /** The commit under way, what readers at work began at, and the oldest of that; counted from `commitBase`. */
  #commit = 0
  #readers: readonly ReaderSpan[] = []
  #settled = 0

  constructor(
    window: {
      id: number
      startMs: number
      endMs: number
      isLate: boolean
      createdMs: number
      commitBase: number
    },
    pool: Pool,
    tell: (news: ArenaNews) => void,
  ) {
    this.id = window.id
    this.startMs = window.startMs
    this.endMs = window.endMs
    this.isLate = window.isLate
    this.createdMs = window.createdMs
    this.commitBase = window.commitBase
    this.#pool = pool
    this.#tell = tell
    this.#blobs = new Blobs((index, shared) => {
      tell({ kind: 'blob', arena: this.id, index, shared })
    })
    tell(this.#ownNews())
  }

  /** Bytes of shared memory it takes. */
  get bytes(): number {
    const tables = this.#tableCount() * TABLE_BYTES * 3
    return this.segments.length * SEGMENT_BYTES + tables + this.#blobs.bytes
  }

  get blobs(): SharedArrayBuffer[] {
    return this.#blobs.segments
  }

  /** Greatest time of a series here, as offset + 1; 0 when it has none. */
  newest(series: number): number {
    return this.#newest[series >>> TABLE_SHIFT]?.[series & (TABLE_SERIES - 1)] ?? 0
  }

  /** Remembers the greatest time of a series before its sample is stored; see {@link newest}. */
  setNewest(series: number, offsetPlus1: number): void {
    const index = series >>> TABLE_SHIFT
    const newest = (this.#newest[index] ??= new Uint32Array(TABLE_SERIES))
    newest[series & (TABLE_SERIES - 1)] = offsetPlus1
  }

  /**
   * What is appended from now on belongs to a commit: it shows for readers that begin after it was
   * published.
   *
   * @param readers what readers at work began at
   */
  beginCommit(commit: number, readers: readonly ReaderSpan[]): void {
    this.#commit = Math.min((commit - this.commitBase) | 0, COMMIT_MAX)
    this.#readers = readers.map(({ oldest, youngest }) => ({
      oldest: (oldest - this.commitBase) | 0,
      youngest: (youngest - this.commitBase) | 0,
    }))
    this.#settled = Math.min(this.#commit, ...this.#readers.map(({ oldest }) => oldest))
  }

  /** Stores a sample. */
  append(series: number, offset: number, value: number): void {
    const tableIndex = series >>> TABLE_SHIFT
    const slot = series & (TABLE_SERIES - 1)
    const lasts = this.#lasts[tableIndex] ?? this.#addTable(tableIndex)
    this.sampleCount++
    if (offset < this.#oldest) this.#oldest = offset
    const block = lasts[slot]! - 1
    if (block >= 0) {
      const segment = this.segments[block >>> SEGMENT_SHIFT]!
      const index = block & (SEGMENT_BLOCKS - 1)
      const at = index * BLOCK_WORDS
      const word = segment.words[at + COUNT]!
      const count = word & COUNT_MASK
      const commit = word >>> COMMIT_SHIFT
      const own = this.#commit
      const hasRoom = count < BLOCK_SAMPLES
      if (
        hasRoom &&
        (commit <= this.#settled || !this.#splits(segment.words[at + BIRTH]!, commit))
      ) {
        const sample = (index << BLOCK_SHIFT) + count
        segment.offsets[sample] = offset
        segment.values[sample] = value
        const before = (own << COMMIT_SHIFT) | (count << BEFORE_SHIFT) | count
        Atomics.store(segment.words, at + COUNT, (commit === own ? word : before) + 1)
        return
      }
      const next = this.#beginBlock(offset, value)
      lasts[slot] = next + 1
      Atomics.store(segment.words, at + NEXT, next + 1)
    } else {
      const first = this.#beginBlock(offset, value)
      lasts[slot] = first + 1
      Atomics.store(this.tables[tableIndex]!, slot, first + 1)
    }
  }

  /**
   * What a batch read back from the disk holds, while there are no readers yet: the same as
   * {@link setNewest} and {@link append} for each of its samples that is a number.
   *
   * @returns the greatest time
   */
  load({ series, times, values, count, histograms }: BatchColumns): number {
    const { startMs, segments } = this
    let tableIndex = -1
    let newest!: Uint32Array
    let lasts!: Int32Array
    let segmentIndex = -1
    let segment!: Segment
    let oldest = this.#oldest
    let loaded = 0
    let maxMs = Number.NEGATIVE_INFINITY
    for (let i = 0; i < count; i++) {
      const number = series[i]!
      const time = times[i]!
      const offset = time - startMs
      if (number >>> TABLE_SHIFT !== tableIndex) {
        tableIndex = number >>> TABLE_SHIFT
        newest = this.#newest[tableIndex] ??= new Uint32Array(TABLE_SERIES)
        lasts = this.#lasts[tableIndex] ?? this.#addTable(tableIndex)
      }
      const slot = number & (TABLE_SERIES - 1)
      if (time > maxMs) maxMs = time
      if (offset >= newest[slot]!) newest[slot] = offset + 1
      const histogram = histograms.size > 0 ? histograms.get(i) : undefined
      if (histogram !== undefined) {
        this.appendHistogram(number, offset, histogram)
        continue
      }
      if (offset < oldest) oldest = offset
      const block = lasts[slot]! - 1
      if (block >= 0) {
        if (block >>> SEGMENT_SHIFT !== segmentIndex) {
          segmentIndex = block >>> SEGMENT_SHIFT
          segment = segments[segmentIndex]!
        }
        const index = block & (SEGMENT_BLOCKS - 1)
        const { words } = segment
        const word = words[index * BLOCK_WORDS + COUNT]!
        const samples = word & COUNT_MASK
        if (samples < BLOCK_SAMPLES) {
          const sample = (index << BLOCK_SHIFT) + samples
          segment.offsets[sample] = offset
          segment.values[sample] = values[i]!
          words[index * BLOCK_WORDS + COUNT] = word + 1
          loaded++
          continue
        }
      }
      this.append(number, offset, values[i]!)
    }
    this.sampleCount += loaded
    this.#oldest = Math.min(oldest, this.#oldest)
    return maxMs
  }

  /** Stores a native histogram, given as its record. */
  appendHistogram(series: number, offset: number, record: Uint8Array): void {
    this.append(series, offset + HISTOGRAM, this.#blobs.push(record))
    if (offset < this.#oldest) this.#oldest = offset
  }

  /** Time of the oldest sample in it; infinite when it is empty. */
  get minMs(): number {
    return this.startMs + this.#oldest
  }

  /**
   * The value a series has at an offset, `undefined` when it has none there; for a native histogram
   * the bytes that begin with its record. Slow: walks its blocks.
   */
  find(series: number, offset: number): number | Uint8Array | undefined {
    let block = (this.tables[series >>> TABLE_SHIFT]?.[series & (TABLE_SERIES - 1)] ?? 0) - 1
    while (block >= 0) {
      const segment = this.segments[block >>> SEGMENT_SHIFT]!
      const index = block & (SEGMENT_BLOCKS - 1)
      const from = index << BLOCK_SHIFT
      const words = index * BLOCK_WORDS
      const to = from + (segment.words[words + COUNT]! & COUNT_MASK)
      for (let i = from; i < to; i++) {
        const found = segment.offsets[i]!
        if (found === offset) return segment.values[i]!
        if (found === offset + HISTOGRAM) return blobAt(this.blobs, segment.values[i]!)
      }
      block = segment.words[words + NEXT]! - 1
    }
    return undefined
  }

  /** One more than the greatest series number that may be here. */
  get seriesEnd(): number {
    return this.tables.length * TABLE_SERIES
  }

  /** Gives the memory back; the last thing that happens to an arena. */
  release(epoch: number): void {
    const tables = this.tables.filter((table) => table !== undefined)
    this.#pool.retire(
      epoch,
      this.segments.map((segment) => segment.shared),
      tables.map((table) => table.buffer as SharedArrayBuffer),
    )
    this.segments.length = 0
    this.tables.length = 0
  }

  /** Everything a reader that arrives now must hear about this arena. */
  *news(): Iterable<ArenaNews> {
    yield this.#ownNews()
    for (const [index, table] of this.tables.entries()) {
      if (table === undefined) continue
      const shared = table.buffer as SharedArrayBuffer
      yield { kind: 'table', arena: this.id, index, shared }
    }
    for (const [index, { shared }] of this.segments.entries()) {
      yield { kind: 'segment', arena: this.id, index, shared }
    }
    for (const [index, shared] of this.blobs.entries()) {
      yield { kind: 'blob', arena: this.id, index, shared }
    }
  }

  /** Whether a reader at work sees some of a block and not its newest commit: one more would need a third count. */
  #splits(birth: number, newest: number): boolean {
    if (newest === this.#commit) return false
    return this.#readers.some(({ oldest, youngest }) => youngest >= birth && oldest < newest)
  }

  /** A block with one sample in it, which nobody sees before it is linked. */
  #beginBlock(offset: number, value: number): number {
    const block = this.#addBlock()
    const segment = this.segments[block >>> SEGMENT_SHIFT]!
    const index = block & (SEGMENT_BLOCKS - 1)
    const at = index * BLOCK_WORDS
    segment.offsets[index << BLOCK_SHIFT] = offset
    segment.values[index << BLOCK_SHIFT] = value
    segment.words[at + BIRTH] = this.#commit
    segment.words[at + COUNT] = (this.#commit << COMMIT_SHIFT) + 1
    return block
  }

  #ownNews(): ArenaNews {
    const { id, startMs, endMs, commitBase } = this
    return { kind: 'arena', id, startMs, endMs, commitBase }
  }

  #addBlock(): number {
    const block = this.#blockCount++
    if (block >>> SEGMENT_SHIFT === this.segments.length) {
      const segment = this.#pool.segment()
      const index = this.segments.push(segment) - 1
      this.#tell({ kind: 'segment', arena: this.id, index, shared: segment.shared })
    }
    return block
  }

  #addTable(index: number): Int32Array {
    const table = this.#pool.table()
    this.tables[index] = table
    const shared = table.buffer as SharedArrayBuffer
    this.#tell({ kind: 'table', arena: this.id, index, shared })
    return (this.#lasts[index] = new Int32Array(TABLE_SERIES))
  }

  #tableCount(): number {
    return this.tables.reduce((count, table) => (table === undefined ? count : count + 1), 0)
  }
}
