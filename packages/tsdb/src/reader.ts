import { receiveMessageOnPort } from 'node:worker_threads'

import {
  type ChosenSeries,
  type Labels,
  METRIC_NAME,
  type Matcher,
  type MetricMetadata,
  type Querier,
  type Queryable,
  SampleColumns,
  type SampleView,
  type SelectRequest,
  type SeriesExemplars,
  type SeriesSet,
} from '@weir/model'

import type { SheetView } from './codec/sheet.ts'
import { type Environment, openEnvironment } from './disk/environment.ts'
import type { HeadRecord, WindowRecord } from './disk/window-record.ts'
import { readExemplars } from './exemplars/read.ts'
import { enterCommit, enterEpoch, isNewer, leaveEpoch } from './head/epochs.ts'
import { type ArenaView, isInArena, readArena, segmentOf } from './head/layout.ts'
import { DictionaryView } from './index/dictionary-view.ts'
import { inMetricOrder } from './index/metric-order.ts'
import { Postings } from './index/postings.ts'
import { selectSeries } from './index/select.ts'
import type { News } from './news.ts'
import { decodeTombstone } from './disk/tombstone-record.ts'
import { RunMerger } from './read/merge.ts'
import { type ReadTransaction, SealedWindow } from './read/sealed.ts'
import { Tombstones } from './read/tombstones.ts'
import type { ReaderSeat } from './seat.ts'
import { countEach, readStepped } from './steps/view.ts'

/** A series that begins so soon after the store's oldest sample may have been there before. */
const MEMORY_MARGIN_MS = 3_600_000

/** Copies of sheets kept between queries. */
const SHEETS_KEPT = 32
/** Arenas come after all windows where both have a time. */
const ARENA_ORDER = 2 ** 50

/** A thread's view of the store. */
export interface Reader extends Queryable, Disposable {
  /** What is known about metric names. */
  metadata(): ReadonlyMap<string, MetricMetadata>
  /** Runs `work`; everything that it reads is of one moment, and what was opened for one query serves the next. */
  still<T>(work: () => T): T
  /** How many reads of a series found samples that had to be put in order. Settled data has none. */
  readonly mergedReads: number
}

/** Takes a seat that `Store.seat` gave, on the thread that will read. */
export function openReader(seat: ReaderSeat): Reader {
  return new StoreReader(seat)
}

class StoreReader implements Reader {
  readonly environment: Environment
  view: DictionaryView
  postings: Postings
  readonly arenas = new Map<number, ArenaView>()
  readonly free: SheetView[] = []
  readonly merger = new RunMerger()
  /** For a look at samples that nobody gets. */
  readonly scratch = new SampleColumns()
  readonly #seat: ReaderSeat
  readonly #epochs: Int32Array
  readonly #metadata = new Map<string, MetricMetadata>()
  #windows = new Map<number, SealedWindow>()
  #tombstones = Tombstones.NONE
  /** Windows that are no more, but that an older querier of this reader may be reading. */
  readonly #left: SealedWindow[] = []
  #head: HeadRecord | undefined
  #queriers = 0
  /** What all queriers see while somebody wants one moment. */
  #held: Snapshot | undefined
  /** A new dictionary, which counts when no querier of the old one is open. */
  #next: { readonly view: DictionaryView; readonly postings: Postings } | undefined

  constructor(seat: ReaderSeat) {
    this.#seat = seat
    this.#epochs = new Int32Array(seat.epochs)
    this.environment = openEnvironment(seat.path)
    this.view = new DictionaryView(seat.header)
    this.postings = new Postings(this.view)
    // A reader that is not asked hears the news all the same: otherwise they would pile up, each with
    // the memory that it names.
    seat.port.on('message', (news: News) => this.#take(news))
    seat.port.unref()
  }

  get mergedReads(): number {
    return this.merger.merges
  }

  metadata(): ReadonlyMap<string, MetricMetadata> {
    this.#hear()
    return this.#metadata
  }

  still<T>(work: () => T): T {
    if (this.#held !== undefined) return work()
    if (this.#queriers++ === 0) enterEpoch(this.#epochs, this.#seat.seat)
    try {
      this.#held = { ...this.#now(), isHeld: true }
      return work()
    } finally {
      this.#held?.transaction.done()
      this.#held = undefined
      this.leave()
    }
  }

  querier(minMs: number, maxMs: number): Querier {
    if (this.#queriers++ === 0) enterEpoch(this.#epochs, this.#seat.seat)
    try {
      return this.#view(minMs, maxMs)
    } catch (error) {
      this.leave()
      throw error
    }
  }

  #view(minMs: number, maxMs: number): Querier {
    return new StoreQuerier(this, this.#held ?? this.#now(), minMs, maxMs)
  }

  #now(): Snapshot {
    for (;;) {
      const snapshot = this.#snapshot()
      if (snapshot !== undefined) return snapshot
    }
  }

  /** What is there now; `undefined` when it has to be asked again: it changed meanwhile. */
  #snapshot(): Snapshot | undefined {
    const commit = enterCommit(this.#epochs, this.#seat.seat, this.#queriers === 1)
    // The count first: what was published by now has been told, so the news that follow explain it.
    const { seriesCount, pairCount } = this.view
    this.#hear()
    if (this.#queriers === 1 && this.#changeOver()) return undefined
    this.postings.catchUp(seriesCount, pairCount)
    // The snapshot after the news: it is never older than what was heard.
    this.environment.root.resetReadTxn()
    const transaction = this.environment.root.useReadTransaction()
    const head = this.#follow(transaction)
    if (head?.commit !== undefined && isNewer(head.commit, commit)) {
      transaction.done()
      return undefined
    }
    const arenas = [...this.arenas.values()]
      .filter(({ id }) => head === undefined || id > head.arenaMax || head.arenas.includes(id))
      .sort((a, b) => a.startMs - b.startMs)
    const windows = [...this.#windows.values()].sort(
      (a, b) => a.record.minMs - b.record.minMs || a.record.order - b.record.order,
    )
    const version = head?.version ?? 0
    const tombstones = this.#tombstones
    return { transaction, windows, arenas, tombstones, version, commit, isHeld: false }
  }

  /** To the new dictionary, when there is one. */
  #changeOver(): boolean {
    if (this.#next === undefined) return false
    // Windows hold on to the dictionary that they were opened with.
    for (const window of this.#windows.values()) window.release(this.free)
    this.#windows = new Map()
    this.#head = undefined
    this.view = this.#next.view
    this.postings = this.#next.postings
    this.#next = undefined
    return true
  }

  /** A querier has finished with its transaction. */
  leave(): void {
    if (--this.#queriers > 0) return
    for (const window of this.#windows.values()) window.release(this.free)
    for (const window of this.#left.splice(0)) window.release(this.free)
    for (const view of this.free.splice(SHEETS_KEPT)) view[Symbol.dispose]()
    leaveEpoch(this.#epochs, this.#seat.seat)
  }

  [Symbol.dispose](): void {
    leaveEpoch(this.#epochs, this.#seat.seat)
    this.#seat.port.close()
    for (const window of [...this.#windows.values(), ...this.#left]) window.release(this.free)
    for (const view of this.free.splice(0)) view[Symbol.dispose]()
    void this.environment.root.close()
  }

  /** Follows the windows to the state that the transaction sees. */
  #follow(transaction: ReadTransaction): HeadRecord | undefined {
    const text = this.environment.meta.get('head', { transaction })
    if (text === undefined) return undefined
    const head = JSON.parse(text) as HeadRecord
    if (head.version === this.#head?.version) return head
    const windows = new Map<number, SealedWindow>()
    for (const { key, value } of this.environment.windows.getRange({ transaction })) {
      const known = this.#windows.get(key)
      const record = (): WindowRecord => JSON.parse(value) as WindowRecord
      windows.set(key, known ?? new SealedWindow(record(), this.environment, this.view))
    }
    const deleted = [...this.environment.tombstones.getRange({ transaction })]
    this.#tombstones = new Tombstones(deleted.map(({ key, value }) => decodeTombstone(key, value)))
    for (const [id, window] of this.#windows) if (!windows.has(id)) this.#left.push(window)
    this.#windows = windows
    this.#head = head
    return head
  }

  #hear(): void {
    for (;;) {
      const received = receiveMessageOnPort(this.#seat.port)
      if (received === undefined) return
      this.#take(received.message as News)
    }
  }

  #take(news: News): void {
    switch (news.kind) {
      case 'dictionary':
        ;(this.#next ?? this).view.adopt(news.table, news.index, news.shared)
        break
      case 'arena':
        this.arenas.set(news.id, { ...news, tables: [], segments: [], blobs: [] })
        break
      case 'table': {
        const arena = this.arenas.get(news.arena)
        if (arena !== undefined) arena.tables[news.index] = new Int32Array(news.shared)
        break
      }
      case 'segment': {
        const arena = this.arenas.get(news.arena)
        if (arena !== undefined) arena.segments[news.index] = segmentOf(news.shared)
        break
      }
      case 'blob': {
        const blobs = this.arenas.get(news.arena)?.blobs
        if (blobs !== undefined) blobs[news.index] = news.shared
        break
      }
      case 'arenaGone':
        this.arenas.delete(news.id)
        break
      case 'renewed': {
        const view = new DictionaryView(news.header)
        for (const [table, index, shared] of news.tables) view.adopt(table, index, shared)
        this.#next = { view, postings: new Postings(view) }
        if (this.#queriers === 0) this.#changeOver()
        break
      }
      case 'dropped':
        ;(this.#next ?? this).postings.drop(news.series)
        break
      case 'metadata':
        this.#metadata.set(news.name, news.metadata)
        break
      default:
        news satisfies never
    }
  }
}

/** What a querier sees of the store. */
interface Snapshot {
  readonly transaction: ReadTransaction
  /** By their oldest sample. */
  readonly windows: readonly SealedWindow[]
  /** By their start. */
  readonly arenas: readonly ArenaView[]
  readonly tombstones: Tombstones
  /** Of windows, arenas and tombstones. */
  readonly version: number
  /** The newest commit that shows. */
  readonly commit: number
  /** Shared by several queriers: its transaction is not theirs to end. */
  readonly isHeld: boolean
}

class StoreQuerier implements Querier {
  readonly reader: StoreReader
  readonly transaction: ReadTransaction
  readonly tombstones: Tombstones
  readonly version: number
  readonly commit: number
  /** Sealed windows that meet the range, by their oldest sample. */
  readonly windows: readonly SealedWindow[]
  readonly arenas: readonly ArenaView[]
  /** The same for all times. */
  readonly everything: Pick<Snapshot, 'windows' | 'arenas'>
  readonly #minMs: number
  readonly #maxMs: number
  readonly #ownsTransaction: boolean
  #open = true

  constructor(
    reader: StoreReader,
    { transaction, windows, arenas, tombstones, version, commit, isHeld }: Snapshot,
    minMs: number,
    maxMs: number,
  ) {
    this.reader = reader
    this.transaction = transaction
    this.#ownsTransaction = !isHeld
    this.tombstones = tombstones
    this.version = version
    this.commit = commit
    this.everything = { windows, arenas }
    this.windows = windows.filter(
      ({ record: { minMs: oldestMs, maxMs: newestMs, stepMs = 0 } }) =>
        newestMs + stepMs >= minMs && oldestMs - stepMs <= maxMs,
    )
    this.arenas = arenas.filter((arena) => arena.endMs > minMs && arena.startMs <= maxMs)
    this.#minMs = minMs
    this.#maxMs = maxMs
  }

  select(request: SelectRequest): SeriesSet {
    const minMs = Math.max(request.minMs, this.#minMs)
    const maxMs = Math.min(request.maxMs, this.#maxMs)
    return new StoredSeries(this, request, { minMs, maxMs })
  }

  labelValues(name: string, matchers: readonly Matcher[]): string[] {
    const { view, postings } = this.reader
    const symbol = view.symbolOf(name)
    if (symbol < 0) return []
    const wanted =
      matchers.length === 0
        ? [...postings.pairsOf(symbol)].filter((pair) => postings.of(pair).length > 0)
        : [...this.#pairs(matchers)].filter((pair) => view.pairName(pair) === symbol)
    return wanted.map((pair) => view.symbolText(view.pairValue(pair))).sort()
  }

  labelNames(matchers: readonly Matcher[]): string[] {
    const { view, postings } = this.reader
    const symbols =
      matchers.length === 0
        ? [...postings.names()].filter((name) =>
            postings.pairsOf(name).some((pair) => postings.of(pair).length > 0),
          )
        : new Set([...this.#pairs(matchers)].map((pair) => view.pairName(pair)))
    return [...symbols].map((symbol) => view.symbolText(symbol)).sort()
  }

  exemplars(matchers: readonly Matcher[], minMs: number, maxMs: number): SeriesExemplars[] {
    const { view, postings, environment } = this.reader
    const series = selectSeries(matchers, view, postings)
    const wanted = { series, minMs, maxMs }
    return readExemplars(environment, this.transaction, wanted, (number) => view.labels(number))
  }

  [Symbol.dispose](): void {
    if (!this.#open) return
    this.#open = false
    if (this.#ownsTransaction) this.transaction.done()
    this.reader.leave()
  }

  /** Every label pair on the series selected. */
  #pairs(matchers: readonly Matcher[]): Set<number> {
    const { view, postings } = this.reader
    const pairs = new Set<number>()
    for (const series of selectSeries(matchers, view, postings)) {
      const at = view.listOf(series)
      const count = view.lists.get(at)
      for (let i = 1; i <= count; i++) pairs.add(view.lists.get(at + i))
    }
    return pairs
  }
}

const NO_SERIES = new Uint32Array(0)

function isOneMetric(matchers: readonly Matcher[]): boolean {
  return matchers.some(({ name, operator }) => name === METRIC_NAME && operator === '=')
}

class StoredSeries implements SeriesSet {
  readonly count: number
  readonly chosen: ChosenSeries
  readonly hasSteps: boolean
  readonly #querier: StoreQuerier
  readonly #numbers: Uint32Array
  readonly #commit: number
  readonly #view: SampleView
  readonly #windows: readonly SealedWindow[]
  readonly #arenas: readonly ArenaView[]

  constructor(
    querier: StoreQuerier,
    { chosen, matchers, view = 'samples' }: SelectRequest,
    { minMs, maxMs }: { readonly minMs: number; readonly maxMs: number },
  ) {
    this.#querier = querier
    this.#view = view
    this.#windows = querier.windows.filter(
      ({ record }) => this.#endMs(record) >= minMs && this.#startMs(record) <= maxMs,
    )
    this.hasSteps = this.#windows.some(({ record }) => record.stepMs !== undefined)
    this.#arenas = querier.arenas.filter((arena) => arena.endMs > minMs && arena.startMs <= maxMs)
    const { reader, version, commit } = querier
    if (chosen === undefined) {
      const series = selectSeries(matchers, reader.view, reader.postings)
      const there = series.filter((one) => this.#hasSamples(one))
      const numbers = isOneMetric(matchers) ? there : inMetricOrder(reader.view, there)
      this.#commit = commit
      this.chosen = { numbers, moment: `${version}/${commit}` }
    } else {
      // The view that chose is open, so what it sees of the head is kept; windows must be the same.
      const [itsVersion, itsCommit] = chosen.moment.split('/').map(Number)
      this.#commit = itsCommit!
      this.chosen = itsVersion === version ? chosen : { ...chosen, numbers: NO_SERIES }
    }
    this.#numbers = this.chosen.numbers
    this.count = this.#numbers.length
  }

  /** The last time for which a window's samples stand. */
  #endMs({ maxMs, stepMs = 0 }: WindowRecord): number {
    return this.#view === 'samples' ? maxMs : maxMs + stepMs
  }

  #startMs({ minMs, stepMs = 0 }: WindowRecord): number {
    return this.#view === 'samples' ? minMs : minMs - stepMs
  }

  /** Whether anything that meets the range has the series: those that are gone since cost no reading. */
  #hasSamples(series: number): boolean {
    for (const arena of this.#arenas) if (isInArena(arena, series)) return true
    const { transaction, tombstones } = this.#querier
    return this.#windows.some(
      (window) => window.has(series, transaction) && !tombstones.covers(series, window.record),
    )
  }

  labels(i: number): Labels {
    return this.#querier.reader.view.labels(this.#numbers[i]!)
  }

  isNewAt(i: number, timeMs: number): boolean {
    const { windows, arenas } = this.#querier.everything
    const older = windows.filter(({ record }) => record.minMs < timeMs)
    const olderArenas = arenas.filter(({ startMs }) => startMs < timeMs)
    // What there was before the store's own oldest sample nobody knows.
    const oldestMs = Math.min(
      ...older.map(({ record }) => record.minMs),
      ...olderArenas.map(({ startMs }) => startMs),
    )
    if (timeMs < oldestMs + MEMORY_MARGIN_MS) return false
    const { reader, transaction } = this.#querier
    const series = this.#numbers[i]!
    const found = reader.scratch
    found.clear()
    for (const window of older) {
      if (!window.has(series, transaction)) continue
      if (window.record.maxMs < timeMs) return false
      const range = { minMs: -Infinity, maxMs: timeMs - 1 }
      if (window.record.stepMs === undefined) {
        window.read(series, range.minMs, range.maxMs, found, transaction, reader.free)
      } else readStepped(window, 'samples', series, range, found, transaction, reader.free)
      if (found.length > 0) return false
    }
    for (const arena of olderArenas) {
      if (!isInArena(arena, series)) continue
      readArena(arena, series, arena.startMs, timeMs - 1, found, this.#commit)
      if (found.length > 0) return false
    }
    return true
  }

  read(i: number, minMs: number, maxMs: number, into: SampleColumns): void {
    const { reader, transaction, tombstones } = this.#querier
    const series = this.#numbers[i]!
    const { merger } = reader
    const counts = this.#view === 'count'
    merger.begin(into)
    // Something is known only of what one window gave, whole.
    let parts = into.length === 0 ? 0 : 1
    for (const window of this.#windows) {
      const { record } = window
      if (this.#endMs(record) < minMs || this.#startMs(record) > maxMs) continue
      const from = into.length
      if (record.stepMs === undefined) {
        window.read(series, minMs, maxMs, into, transaction, reader.free)
        if (counts) countEach(into, from)
      } else {
        const range = { minMs, maxMs }
        readStepped(window, this.#view, series, range, into, transaction, reader.free)
      }
      const end = into.length
      tombstones.cutWindow(series, record.id, into, from)
      if (end > from) parts += end === into.length ? 1 : 2
      merger.add(into, record.order, true)
    }
    for (const arena of this.#arenas) {
      const from = into.length
      const isAscending = readArena(arena, series, minMs, maxMs, into, this.#commit)
      if (counts) countEach(into, from)
      if (into.length > from) parts += 2
      tombstones.cutArena(series, arena.id, into, from)
      // A time that is in an arena and sealed too was sealed first; of two arenas the older had it.
      merger.add(into, ARENA_ORDER + arena.id, isAscending)
    }
    merger.finish(into)
    if (parts !== 1) into.takeBack()
  }
}
