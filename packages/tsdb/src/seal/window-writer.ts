import { SheetBuilder } from '../codec/sheet.ts'
import type { Core } from '../core.ts'
import { pairKey } from '../disk/environment.ts'
import { encodeSeries } from '../disk/series-list.ts'
import type { WindowRecord } from '../disk/window-record.ts'

/** Sheets are written when this much of them is ready: one transaction must not take long. */
const FLUSH_BYTES = 2 * 2 ** 20
/** What lmdb adds to a value that has pages of its own; a sheet that fits exactly wastes none. */
const PAGE_BYTES = 4096
const PAGE_HEADER_BYTES = 16

/**
 * Writes a window: sheets first, invisible, under a number that no window has yet; then, in one
 * transaction, whatever makes it visible.
 */
export class WindowWriter {
  readonly id: number
  readonly order: number
  readonly #core: Core
  readonly #sheetBytes: number
  readonly #builder = new SheetBuilder()
  readonly #members: number[] = []
  readonly #firsts: number[] = []
  #ready: { readonly first: number; readonly sheet: Uint8Array }[] = []
  #readyBytes = 0
  #bytes = 0
  #samples = 0
  #minMs = Number.POSITIVE_INFINITY
  #maxMs = Number.NEGATIVE_INFINITY

  /** @param order which of two samples at one time stays; see `WindowRecord.order` */
  constructor(core: Core, spanMs: number, order: number) {
    this.#core = core
    this.id = ++core.windowMax
    this.order = order
    this.#sheetBytes = pagesFor(spanMs) * PAGE_BYTES - PAGE_HEADER_BYTES
  }

  get isEmpty(): boolean {
    return this.#members.length === 0
  }

  /** Adds a series' samples, ascending and unique; series come in ascending order. */
  add(series: number, times: Float64Array, values: Float64Array, count: number): void {
    this.#builder.add(series, times, values, count)
    this.#members.push(series)
    if (this.#builder.bytes >= this.#sheetBytes || this.#builder.isFull) this.#finishSheet()
    if (this.#readyBytes >= FLUSH_BYTES) this.#flush()
  }

  /** Writes what is left and, in the transaction that `also` joins, makes the window visible. */
  publish(window: { startMs: number; endMs: number }, also: () => void): WindowRecord {
    const { environment } = this.#core
    if (this.#builder.seriesCount > 0) this.#finishSheet()
    const record: WindowRecord = {
      id: this.id,
      startMs: window.startMs,
      endMs: window.endMs,
      order: this.order,
      minMs: this.#minMs,
      maxMs: this.#maxMs,
      samples: this.#samples,
      chunks: this.#members.length,
      bytes: this.#bytes,
      writtenMs: this.#core.settings.clock.now(),
    }
    this.#core.requireRoom(this.#readyBytes + this.#members.length * 8, true)
    environment.root.transactionSync(() => {
      this.#put()
      environment.windows.putSync(this.id, JSON.stringify(record))
      environment.members.putSync(this.id, encodeSeries(Float64Array.from(this.#members)))
      environment.firsts.putSync(this.id, encodeSeries(Float64Array.from(this.#firsts)))
      also()
    })
    return record
  }

  /** Takes away what was written, when the window will not come. What stays goes at the next start. */
  abandon(): void {
    const { root, sheets } = this.#core.environment
    try {
      this.#core.requireRoom(0, true)
      root.transactionSync(() => {
        for (const first of this.#firsts) sheets.removeSync(pairKey(this.id, first))
      })
    } catch {
      // The first failure is the one to tell.
    }
  }

  #finishSheet(): void {
    const builder = this.#builder
    const first = builder.firstSeries
    this.#samples += builder.sampleCount
    this.#minMs = Math.min(this.#minMs, builder.minMs)
    this.#maxMs = Math.max(this.#maxMs, builder.maxMs)
    const sheet = builder.finish()
    this.#firsts.push(first)
    this.#ready.push({ first, sheet })
    this.#readyBytes += sheet.length
    this.#bytes += Math.ceil((sheet.length + PAGE_HEADER_BYTES) / PAGE_BYTES) * PAGE_BYTES
  }

  #flush(): void {
    this.#core.requireRoom(this.#readyBytes, true)
    this.#core.environment.root.transactionSync(() => this.#put())
    this.#ready = []
    this.#readyBytes = 0
  }

  #put(): void {
    const { sheets } = this.#core.environment
    for (const { first, sheet } of this.#ready) sheets.putSync(pairKey(this.id, first), sheet)
  }
}

/** Short windows are read by few series at a time: small sheets. Days hold long chunks: large ones. */
function pagesFor(spanMs: number): number {
  if (spanMs >= 86_400_000) return 16
  return spanMs > 3_600_000 ? 8 : 4
}
