/**
 * The exemplars of the store, oldest out first: pages on disk, and here what is needed to take in new
 * ones. Of one series they ascend in time, as Prometheus keeps them; what comes again with every
 * scrape is told by the newest of its series.
 *
 * @see prometheus:tsdb/exemplar.go
 */
import { INT_MAX } from '../codec/int-column.ts'
import type { Environment } from '../disk/environment.ts'
import { hashBytes } from '../index/shared-table.ts'
import type { QueuedExemplar } from '../sample-queue.ts'
import { type PageColumns, PageView, encodePage, mergePages } from './page.ts'

/** Why an exemplar was not kept. */
const EXEMPLAR_REASONS = [
  'duplicate', // the newest of its series once more: what every scrape brings
  'out_of_order', // before the newest of its series
  'label_limit', // names and values of more than 128 characters together
  'too_far_in_future',
  'no_series', // its series was refused
] as const
export type ExemplarReason = (typeof EXEMPLAR_REASONS)[number]

/** A page is at most so many exemplars, and at most this part of all: a page goes as a whole. */
const PAGE_EXEMPLARS_MAX = 1000
const PAGE_SHARE = 10
/** Most commits bring few exemplars. Pages in a row that are small become one, so many of them at once. */
const PAGES_TIDIED = 256

interface Page {
  readonly count: number
  readonly maxMs: number
}

/** The newest exemplar of a series. Of its labels only the hash. */
interface Newest {
  readonly timeMs: number
  readonly value: number
  readonly hash: number
}

interface Staged extends QueuedExemplar {
  readonly series: number
  readonly labels: Uint8Array
}

export class ExemplarRing {
  readonly #environment: Environment
  readonly #most: number
  /** By key, which is their age. */
  readonly #pages = new Map<number, Page>()
  /** Of at most as many series as there may be exemplars; those heard of last. */
  readonly #newest = new Map<number, Newest>()
  #lastKey = 0
  #staged: Staged[] = []
  /** What `#newest` was before the batch under way. */
  readonly #before = new Map<number, Newest | undefined>()
  #refused: ExemplarReason[] = []
  /** Pages that the transaction under way adds and takes away. */
  #added: [key: number, page: Page][] = []
  #removed: number[] = []
  /** Exemplars that are kept. */
  count = 0
  appended = 0
  /** How many were not kept, by reason; each reason is there from the start. */
  readonly rejected: Record<ExemplarReason, number>

  /** @param most how many are kept; 0 keeps none */
  constructor(environment: Environment, most: number) {
    this.#environment = environment
    this.#most = most
    const counts = EXEMPLAR_REASONS.map((reason) => [reason, 0])
    this.rejected = Object.fromEntries(counts) as Record<ExemplarReason, number>
  }

  /** Reads back what is on disk. */
  load(): void {
    for (const { key, value } of this.#environment.exemplars.getRange({})) {
      const page = new PageView(value)
      const { series, times, values, labels } = page.rest()
      for (let i = 0; i < page.count; i++) {
        const hash = hashBytes(labels[i]!, 0, labels[i]!.length)
        this.#setNewest(series[i]!, { timeMs: times[i]!, value: values[i]!, hash })
      }
      this.#pages.set(key, page)
      this.#lastKey = key
      this.count += page.count
    }
  }

  /**
   * Looks at a batch's exemplars and stages those that are taken.
   *
   * @param series number of the series of each, negative when it was refused
   * @param latestMs later ones are refused
   * @returns how many are taken, those counted that are there already
   */
  check(exemplars: readonly QueuedExemplar[], series: Int32Array, latestMs: number): number {
    if (this.#most === 0) return 0
    let taken = 0
    // A histogram's exemplars come in the order of its buckets.
    const byTime = [...exemplars.keys()].sort((a, b) => exemplars[a]!.timeMs - exemplars[b]!.timeMs)
    for (const i of byTime) {
      const reason = this.#stage(exemplars[i]!, series[i]!, latestMs)
      if (reason !== undefined) this.#refused.push(reason)
      if (reason === undefined || reason === 'duplicate') taken++
    }
    return taken
  }

  get hasStaged(): boolean {
    return this.#staged.length > 0
  }

  /** Bytes that {@link write} will write, at most. */
  get stagedBytes(): number {
    return this.#staged.reduce((sum, { labels }) => sum + labels.length + 24, 0)
  }

  /**
   * Puts what is staged into the open transaction, and takes out the oldest pages to make room.
   *
   * @returns the pages that it put there
   */
  write(): Uint8Array[] {
    if (this.#staged.length === 0) return []
    const pages: Uint8Array[] = []
    const table = this.#environment.exemplars
    const kept = this.#staged.slice(-this.#most)
    let room = this.#most - this.count
    for (const [key, page] of this.#pages) {
      if (room >= kept.length) break
      room += page.count
      this.#removed.push(key)
      table.removeSync(key)
    }
    const size = this.#pageSize
    let key = this.#lastKey
    for (let from = 0; from < kept.length; from += size) {
      const page = columnsOf(kept.slice(from, from + size))
      const { length } = page.series
      const maxMs = page.times.reduce((most, time) => Math.max(most, time))
      const bytes = encodePage(page)
      table.putSync(++key, bytes)
      pages.push(bytes)
      this.#added.push([key, { count: length, maxMs }])
    }
    return pages
  }

  /** The transaction is on disk. */
  applied(): void {
    for (const key of this.#removed) this.#forget(key)
    for (const [key, page] of this.#added) {
      this.#pages.set(key, page)
      this.#lastKey = key
      this.count += page.count
    }
    this.appended += this.#staged.length
    for (const reason of this.#refused) this.rejected[reason]++
    this.#clear()
  }

  /** The transaction failed. */
  undo(): void {
    for (const [series, newest] of this.#before) {
      if (newest === undefined) this.#newest.delete(series)
      else this.#newest.set(series, newest)
    }
    this.#clear()
  }

  /** Removes pages whose newest exemplar is too old, in a transaction of its own. */
  drop(isTooOld: (newestMs: number) => boolean): void {
    const due = [...this.#pages].filter(([, { maxMs }]) => isTooOld(maxMs))
    if (due.length === 0) return
    const { root, exemplars } = this.#environment
    root.transactionSync(() => {
      for (const [key] of due) exemplars.removeSync(key)
    })
    for (const [key] of due) this.#forget(key)
  }

  get #pageSize(): number {
    return Math.max(1, Math.min(PAGE_EXEMPLARS_MAX, Math.floor(this.#most / PAGE_SHARE)))
  }

  /**
   * Makes one page of the oldest small ones, in a transaction of its own: a query looks into every page.
   *
   * @returns whether there may be more to do
   */
  tidy(): boolean {
    const run = this.#smallPages()
    if (run.length < PAGES_TIDIED) return false
    const { root, exemplars } = this.#environment
    const merged = mergePages(run.map((key) => new PageView(exemplars.get(key)!).rest()))
    const maxMs = Math.max(...run.map((key) => this.#pages.get(key)!.maxMs))
    const last = run.at(-1)!
    root.transactionSync(() => {
      for (const key of run) exemplars.removeSync(key)
      exemplars.putSync(last, encodePage(merged))
    })
    for (const key of run) if (key !== last) this.#pages.delete(key)
    this.#pages.set(last, { count: merged.series.length, maxMs })
    return true
  }

  /** The oldest pages in a row that one page has room for. */
  #smallPages(): readonly number[] {
    let run: number[] = []
    let count = 0
    for (const [key, page] of this.#pages) {
      if (run.length === PAGES_TIDIED) return run
      if (count + page.count > this.#pageSize) {
        run = []
        count = 0
      }
      run.push(key)
      count += page.count
    }
    return run
  }

  #stage(exemplar: QueuedExemplar, series: number, latestMs: number): ExemplarReason | undefined {
    const { labels, value } = exemplar
    const timeMs = Math.floor(exemplar.timeMs)
    if (series < 0) return 'no_series'
    if (labels === undefined) return 'label_limit'
    if (!(timeMs <= latestMs)) return 'too_far_in_future'
    if (timeMs < -INT_MAX) return 'out_of_order'
    const hash = hashBytes(labels, 0, labels.length)
    const newest = this.#newest.get(series)
    if (newest !== undefined) {
      const later = timeMs - newest.timeMs || value - newest.value || hash - newest.hash
      if (Object.is(value, newest.value) && timeMs === newest.timeMs && hash === newest.hash) {
        return 'duplicate'
      }
      if (later < 0) return 'out_of_order'
    }
    if (!this.#before.has(series)) this.#before.set(series, newest)
    this.#setNewest(series, { timeMs, value, hash })
    this.#staged.push({ ...exemplar, timeMs, labels, series })
    return undefined
  }

  #setNewest(series: number, newest: Newest): void {
    this.#newest.delete(series) // so that the order is that of the last change
    this.#newest.set(series, newest)
    if (this.#newest.size <= this.#most) return
    const [oldest] = this.#newest.keys()
    this.#newest.delete(oldest!)
  }

  #forget(key: number): void {
    this.count -= this.#pages.get(key)!.count
    this.#pages.delete(key)
  }

  #clear(): void {
    this.#staged = []
    this.#refused = []
    this.#added = []
    this.#removed = []
    this.#before.clear()
  }
}

function columnsOf(staged: readonly Staged[]): PageColumns {
  return {
    series: Float64Array.from(staged, ({ series }) => series),
    times: Float64Array.from(staged, ({ timeMs }) => timeMs),
    values: Float64Array.from(staged, ({ value }) => value),
    labels: staged.map(({ labels }) => labels),
  }
}
