import type { SampleColumns } from '@weir/model'

import { SheetBuilder } from '../codec/sheet.ts'
import type { Core } from '../core.ts'
import { encodeSeries, encodeSheetList } from '../disk/series-list.ts'
import { WindowFileWriter } from '../disk/window-file.ts'
import type { WindowRecord } from '../disk/window-record.ts'
import { CHUNKS_PER_SERIES } from '../steps/chunks.ts'

/** Sheets are written when this much of them is ready. */
const FLUSH_BYTES = 2 ** 20

/**
 * Writes a window: its file first, under a number that no window has yet; then, in one transaction,
 * whatever makes it visible.
 */
export class WindowWriter {
  readonly id: number
  readonly order: number
  readonly #core: Core
  readonly #file: WindowFileWriter
  readonly #sheetBytes: number
  readonly #stepMs: number
  readonly #builder = new SheetBuilder()
  readonly #members: number[] = []
  readonly #metrics: number[] = []
  readonly #firsts: number[] = []
  readonly #starts: number[] = [0]
  #ready: Uint8Array[] = []
  #readyBytes = 0
  #bytes = 0
  #samples = 0
  #minMs = Number.POSITIVE_INFINITY
  #maxMs = Number.NEGATIVE_INFINITY

  /**
   * @param order which of two samples at one time stays; see `WindowRecord.order`
   * @param stepMs 0 for whole samples; otherwise chunks are numbered as steps/chunks.ts says
   */
  constructor(core: Core, spanMs: number, order: number, stepMs = 0) {
    this.#core = core
    this.#stepMs = stepMs
    this.id = ++core.windowMax
    this.order = order
    this.#sheetBytes = sheetBytesFor(spanMs)
    this.#file = new WindowFileWriter(core.environment.windowsFolder, this.id)
  }

  get isEmpty(): boolean {
    return this.#members.length === 0
  }

  /** Adds a series' samples, ascending and unique; series come in the order of index/metric-order.ts. */
  add(series: number, { times, values, length, histograms }: SampleColumns): void {
    this.#builder.add(series, times, values, length, histograms)
    this.#members.push(series)
    if (this.#builder.bytes >= this.#sheetBytes || this.#builder.isFull) this.#finishSheet()
    if (this.#readyBytes >= FLUSH_BYTES) this.#flush()
  }

  /** Writes what is left and, in the transaction that `also` joins, makes the window visible. */
  async publish(
    window: { startMs: number; endMs: number },
    also: () => void,
  ): Promise<WindowRecord> {
    const record = await this.finish(window)
    this.#core.environment.root.transactionSync(() => {
      this.put(record)
      also()
    })
    return record
  }

  /** Ends the file and makes sure that there is room for the rest; then the window can be put. */
  async finish(window: { startMs: number; endMs: number }): Promise<WindowRecord> {
    if (this.#builder.seriesCount > 0) this.#finishSheet()
    this.#flush()
    await this.#file.finish()
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
      ...(this.#stepMs > 0 ? { stepMs: this.#stepMs } : {}),
    }
    this.#core.requireRoom(this.#members.length * 8 + this.#firsts.length * 16, true)
    return record
  }

  /** Makes the window visible, in the open transaction. */
  put(record: WindowRecord): void {
    const { environment } = this.#core
    environment.windows.putSync(this.id, JSON.stringify(record))
    environment.members.putSync(this.id, encodeSeries(ascending(this.#members)))
    const metrics = Float64Array.from(this.#metrics)
    const firsts = Float64Array.from(this.#firsts)
    const starts = Float64Array.from(this.#starts)
    environment.sheets.putSync(this.id, encodeSheetList({ metrics, firsts, starts }))
  }

  /** Takes away what was written, when the window will not come. What stays goes at the next start. */
  abandon(): void {
    try {
      this.#file.abandon()
    } catch {
      // The first failure is the one to tell.
    }
  }

  #finishSheet(): void {
    const builder = this.#builder
    this.#samples += builder.sampleCount
    this.#minMs = Math.min(this.#minMs, builder.minMs)
    this.#maxMs = Math.max(this.#maxMs, builder.maxMs)
    const { firstSeries } = builder
    const series = this.#stepMs > 0 ? Math.floor(firstSeries / CHUNKS_PER_SERIES) : firstSeries
    this.#metrics.push(this.#core.dictionary.metricOf(series))
    this.#firsts.push(firstSeries)
    const sheet = builder.finish()
    this.#ready.push(sheet)
    this.#readyBytes += sheet.length
    this.#bytes += sheet.length
    this.#starts.push(this.#bytes)
  }

  #flush(): void {
    this.#core.requireRoom(this.#readyBytes, true)
    this.#file.write(this.#ready)
    this.#ready = []
    this.#readyBytes = 0
  }
}

/** Numbers in ascending order, each once; sorting them would take twenty times as long. */
function ascending(numbers: readonly number[]): Float64Array {
  let most = -1
  for (const number of numbers) if (number > most) most = number
  const isThere = new Uint8Array(most + 1)
  for (const number of numbers) isThere[number] = 1
  const sorted = new Float64Array(numbers.length)
  let at = 0
  for (let number = 0; number <= most; number++) if (isThere[number] === 1) sorted[at++] = number
  return sorted
}

/** Short windows are read by few series at a time: small sheets. Days hold long chunks: large ones. */
function sheetBytesFor(spanMs: number): number {
  if (spanMs >= 86_400_000) return 64 * 1024
  return spanMs > 3_600_000 ? 32 * 1024 : 16 * 1024
}
