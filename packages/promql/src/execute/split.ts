/**
 * One aggregation on several threads.
 *
 * What goes into an aggregation is often made series by series: `rate(x[5m])`, `x > 1`. Then it does
 * not matter which thread makes which. The thread that has the query (the *owner*) lays the numbers of
 * the selected series into shared memory, cut into blocks, invites the others, and begins. Whoever is
 * free takes the next block until none is left:
 *
 * ```
 *  next ──►      ┌───┬───┬───┬───┬───┬───┬───┐
 *  taken by      │ O │ 1 │ O │ O │ 1 │   │   │     O: owner, 1: helper number 1
 *                └───┴───┴───┴───┴───┴───┴───┘
 *  helper 1      came → at work → answered
 * ```
 *
 * A helper adds its series into groups of its own and sends them; the owner merges them into its own.
 * Nobody waits for a thread that is busy elsewhere: it finds no block left, or the door closed. The
 * blocks of a helper that failed, died or met what it cannot split are done again by the owner, so a
 * query never depends on its helpers.
 *
 * The answer is that of one thread: sums carry their rounding errors with them, and groups come in
 * the order of their first series. Only a sum that overflows shows in which order it was made.
 */
import type { ChosenSeries, ErrorCode, Querier, SelectRequest, SeriesSet } from '@weir/model'
import type { QueryOptions } from '../result.ts'

/** The threads beside this one, as the owner of a query sees them. */
export interface Team {
  readonly helperCount: number
  /** Tells all of them; returns at once. */
  invite(invitation: Invitation): void
  /** What helper `place` sent for an invitation, once its word says that it has answered. */
  answerOf(place: number, invitation: Invitation): PartAnswer | undefined
  /** Whether a helper will never answer. */
  isGone(place: number): boolean
}

/** What a helper must know. Plain, so that it can be posted. */
export interface Invitation {
  readonly expr: string
  readonly startMs: number
  readonly endMs: number
  readonly stepMs: number
  readonly options: PartOptions
  /** The aggregation's number in the tree, parents first. */
  readonly node: number
  /** The selected series; the numbers lie in shared memory. */
  readonly series: ChosenSeries
  readonly blocks: SharedArrayBuffer
}

type PartOptions = Pick<
  QueryOptions,
  | 'lookbackMs'
  | 'lookbackRules'
  | 'countFirstValue'
  | 'maxSamples'
  | 'maxBytes'
  | 'defaultSubqueryStepMs'
  | 'features'
  | 'countSteps'
>

/** What a helper made of its blocks. */
export type PartAnswer =
  | {
      readonly kind: 'groups'
      readonly groups: readonly PartGroup[]
      readonly counts: PartCounts
    }
  /** It met series that it cannot add: the owner does its blocks again. */
  | { readonly kind: 'unable' }
  | { readonly kind: 'failed'; readonly code: ErrorCode; readonly message: string }

/** A group's state, in columns whose meaning is the aggregation's. */
export interface PartGroup {
  readonly labels: readonly string[]
  /** Position of its first series. */
  readonly first: number
  readonly columns: Float64Array<ArrayBuffer>
}

/** What a helper's evaluation counted. */
export interface PartCounts {
  readonly samplesRead: number
  readonly seriesRead: number
  readonly peakSamples: number
  readonly peakBytes: number
  readonly samplesQueried: Float64Array | undefined
  readonly warnings: readonly (readonly [text: string, start: number])[]
  readonly infos: readonly (readonly [text: string, start: number])[]
}

/** Says which series of a set this thread reads, in ascending order. */
export interface Turns {
  /** Position of the series that is read now. */
  readonly at: number
  /** Position of the next series; -1 when there is none. */
  next(): number
}

export class EveryTurn implements Turns {
  readonly #count: number
  at = -1

  constructor(count: number) {
    this.#count = count
  }

  next(): number {
    return ++this.at < this.#count ? this.at : -1
  }
}

/** A selection, and the turns in which to read it. */
export interface Selection {
  readonly set: SeriesSet
  /** Selects the same series again, for another view of their samples. */
  readonly request: SelectRequest
  readonly turns: Turns
}

/** Stands between a selector and the store while an aggregation is split. */
export interface Sharing {
  /** Position of the series that is read now. */
  readonly position: number
  select(querier: Querier, request: SelectRequest): Selection
}

/** Words of the shared memory. */
const NEXT = 0
const STOPPED = 1
const SERIES_COUNT = 2
const BLOCK_SIZE = 3
const HELPER_COUNT = 4
const HEAD = 5

/** A helper's word. */
const ABSENT = 0
const AT_WORK = 1
const ANSWERED = 2
const CLOSED = 3

const OWNER = -1

/** So many blocks let the last one of a thread be short, and end the helpers' part soon. */
const BLOCKS_WANTED = 24
const BLOCK_SERIES_MIN = 8

/** The blocks of one split, in memory that all its threads share. */
export class Blocks {
  readonly shared: SharedArrayBuffer
  readonly #words: Int32Array
  readonly #size: number
  readonly #seriesCount: number
  readonly #helperCount: number
  readonly count: number

  constructor(shared: SharedArrayBuffer) {
    this.shared = shared
    this.#words = new Int32Array(shared)
    this.#size = this.#words[BLOCK_SIZE]!
    this.#seriesCount = this.#words[SERIES_COUNT]!
    this.#helperCount = this.#words[HELPER_COUNT]!
    this.count = Math.ceil(this.#seriesCount / this.#size)
  }

  static of(seriesCount: number, helperCount: number): Blocks {
    const size = Math.max(BLOCK_SERIES_MIN, Math.ceil(seriesCount / BLOCKS_WANTED))
    const count = Math.ceil(seriesCount / size)
    const words = new Int32Array(new SharedArrayBuffer((HEAD + helperCount + count) * 4))
    words[SERIES_COUNT] = seriesCount
    words[BLOCK_SIZE] = size
    words[HELPER_COUNT] = helperCount
    return new Blocks(words.buffer)
  }

  /** Whether all blocks are taken. */
  get isEmpty(): boolean {
    return Atomics.load(this.#words, NEXT) >= this.count
  }

  /** A helper comes; false when it is too late. */
  enter(place: number): boolean {
    if (this.isEmpty) return false
    return Atomics.compareExchange(this.#words, HEAD + place, ABSENT, AT_WORK) === ABSENT
  }

  /** A helper's answer is on its way. */
  leave(place: number): void {
    Atomics.store(this.#words, HEAD + place, ANSWERED)
    Atomics.notify(this.#words, HEAD + place)
  }

  /** Lets a helper in no more; false when it is there already. */
  close(place: number): boolean {
    const before = Atomics.compareExchange(this.#words, HEAD + place, ABSENT, CLOSED)
    return before === ABSENT || before === CLOSED
  }

  hasAnswered(place: number): boolean {
    return Atomics.load(this.#words, HEAD + place) === ANSWERED
  }

  /** Sleeps until a helper has answered, or so long. */
  wait(place: number, ms: number): void {
    Atomics.wait(this.#words, HEAD + place, AT_WORK, ms)
  }

  /** Nobody wants the answer any more. */
  stop(): void {
    Atomics.store(this.#words, STOPPED, 1)
  }

  get isStopped(): boolean {
    return Atomics.load(this.#words, STOPPED) === 1
  }

  /** A block for the owner (no place) or a helper; -1 when none is left. */
  take(place = OWNER): number {
    const block = Atomics.add(this.#words, NEXT, 1)
    if (block >= this.count) return -1
    Atomics.store(this.#words, this.#takenAt(block), place + 2)
    return block
  }

  /** Blocks that nobody has done but for the owner and these helpers. */
  undone(done: ReadonlySet<number>): number[] {
    const blocks: number[] = []
    for (let block = 0; block < this.count; block++) {
      // 0: a helper died between taking it and writing so.
      const place = Atomics.load(this.#words, this.#takenAt(block)) - 2
      if (place !== OWNER && !done.has(place)) blocks.push(block)
    }
    return blocks
  }

  /** First series of a block. */
  from(block: number): number {
    return block * this.#size
  }

  to(block: number): number {
    return Math.min(this.#seriesCount, (block + 1) * this.#size)
  }

  #takenAt(block: number): number {
    return HEAD + this.#helperCount + block
  }
}

/** Walks through blocks, one after the other. */
export class BlockTurns implements Turns {
  readonly #blocks: Blocks
  readonly #take: () => number
  at = -1
  #end = 0

  /** @param take gives the next block, -1 at the end */
  constructor(blocks: Blocks, take: () => number) {
    this.#blocks = blocks
    this.#take = take
  }

  next(): number {
    if (this.#end < 0) return -1
    if (++this.at < this.#end) return this.at
    const block = this.#take()
    if (block < 0) {
      this.#end = -1
      return -1
    }
    this.at = this.#blocks.from(block)
    this.#end = this.#blocks.to(block)
    return this.at
  }
}
