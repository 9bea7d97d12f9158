import type { SampleColumns } from '@weir/model'

import { kernelsHere } from '../codec/kernels/kernels.ts'
import { SheetView } from '../codec/sheet.ts'
import { type Environment, storageError } from '../disk/environment.ts'
import { type SheetList, decodeSeries, decodeSheetList } from '../disk/series-list.ts'
import { WindowFile } from '../disk/window-file.ts'
import type { WindowRecord } from '../disk/window-record.ts'
import type { DictionaryView } from '../index/dictionary-view.ts'
import { CHUNKS_PER_SERIES, KEPT, chunkNumber } from '../steps/chunks.ts'

/** A read transaction of lmdb, as its calls take it. */
export type ReadTransaction = ReturnType<Environment['root']['useReadTransaction']>

/** A sealed window, and the sheet of it that was looked at last. */
export class SealedWindow {
  readonly record: WindowRecord
  readonly #environment: Environment
  readonly #dictionary: DictionaryView
  readonly #file: WindowFile
  /** One byte a sheet: whether its checksum was found right, which is asked at its first touch. */
  #checked = new Uint8Array(0)
  /** One bit a series: who is in the window. */
  #members: Uint8Array | undefined
  #sheets: SheetList | undefined
  #view: SheetView | undefined
  #loaded = -1

  constructor(record: WindowRecord, environment: Environment, dictionary: DictionaryView) {
    this.record = record
    this.#dictionary = dictionary
    this.#environment = environment
    this.#file = new WindowFile(environment.windowsFolder, record.id)
  }

  /** Gives up the copy of a sheet and the open file, so that windows nobody asks for cost nothing. */
  release(free: SheetView[]): void {
    this.#file.close()
    if (this.#view !== undefined) free.push(this.#view)
    this.#view = undefined
    this.#loaded = -1
  }

  /**
   * Appends the samples of a series within [minMs, maxMs], ascending, and says what is known of them;
   * where others were there already, that must be taken back.
   *
   * @param series its number; of a window with a step that of a chunk, see steps/chunks.ts
   * @param free views to take from; a new one is made when it is empty
   */
  read(
    series: number,
    minMs: number,
    maxMs: number,
    into: SampleColumns,
    transaction: ReadTransaction,
    free: SheetView[],
  ): void {
    if (!this.hasChunk(series, transaction)) return
    const index = this.#find(series, transaction, free)
    const view = this.#view
    if (view === undefined || index < 0) return
    const times = view.times(index)
    const count = times.length
    const from = times[0]! >= minMs ? 0 : lowerBound(times, minMs)
    const to = times[count - 1]! <= maxMs ? count : lowerBound(times, maxMs + 1)
    if (from >= to) return
    const at = into.length
    into.reserve(count)
    if (view.hasHistograms(index)) {
      view.histograms(index, { from, to }, into, at)
      into.times.set(times.subarray(from, to), at)
      into.length = at + to - from
      return
    }
    const neverFalls = view.values(index, into.values, at)
    if (from === 0 && to === count) {
      into.times.set(times, at)
    } else {
      into.values.copyWithin(at, at + from, at + to)
      into.times.set(times.subarray(from, to), at)
    }
    into.length = at + to - from
    into.timesId = view.timesId(from, to)
    into.neverFalls = neverFalls
  }

  /** Position of a chunk in its sheet, which is loaded then; -1 when there is none. */
  #find(chunk: number, transaction: ReadTransaction, free: SheetView[]): number {
    if (this.#loaded >= 0) {
      // Series are read in the order of the file: mostly it is a little further in the same sheet.
      const ahead = this.#view!.findAhead(chunk)
      if (ahead >= 0) return ahead
    }
    const sheets = (this.#sheets ??= this.#readSheets(transaction))
    const isStepped = this.record.stepMs !== undefined
    const series = isStepped ? Math.floor(chunk / CHUNKS_PER_SERIES) : chunk
    const sheet = lastSheet(sheets, this.#dictionary.metricOf(series), chunk)
    if (sheet < 0) return -1
    const view = (this.#view ??= free.pop() ?? new SheetView(kernelsHere()))
    if (sheet !== this.#loaded) this.#load(sheet, sheets, view)
    return view.find(chunk)
  }

  #load(sheet: number, { firsts, starts }: SheetList, view: SheetView): void {
    this.#loaded = -1
    if (this.#checked.length < firsts.length) this.#checked = new Uint8Array(firsts.length)
    const start = starts[sheet]!
    const bytes = view.room(starts[sheet + 1]! - start)
    const isChecked = this.#checked[sheet] === 1
    if (!this.#file.read(bytes, start) || !view.open(bytes.length, !isChecked)) {
      const where = `byte ${start} of ${JSON.stringify(this.#file.path)}`
      throw storageError(`read window ${this.record.id}`, new Error(`CORRUPTED sheet at ${where}`))
    }
    this.#checked[sheet] = 1
    this.#loaded = sheet
  }

  /** Whether a series has samples in the window. */
  has(series: number, transaction: ReadTransaction): boolean {
    return this.hasChunk(
      this.record.stepMs === undefined ? series : chunkNumber(series, KEPT),
      transaction,
    )
  }

  /** Whether the window has the chunk of this number. */
  hasChunk(number: number, transaction: ReadTransaction): boolean {
    const members = (this.#members ??= this.#readMembers(transaction))
    return (members[number >>> 3]! & (1 << (number & 7))) !== 0
  }

  #readMembers(transaction: ReadTransaction): Uint8Array {
    const record = this.#environment.members.get(this.record.id, { transaction })
    if (record === undefined) {
      throw storageError(`read window ${this.record.id}`, new Error('CORRUPTED list of series'))
    }
    const series = decodeSeries(record)
    const members = new Uint8Array(((series[series.length - 1] ?? 0) >>> 3) + 1)
    for (const number of series) members[number >>> 3]! |= 1 << (number & 7)
    return members
  }

  #readSheets(transaction: ReadTransaction): SheetList {
    const record = this.#environment.sheets.get(this.record.id, { transaction })
    if (record === undefined) {
      throw storageError(`read window ${this.record.id}`, new Error('CORRUPTED list of sheets'))
    }
    return decodeSheetList(record)
  }
}

/** The last sheet that begins at or before a chunk, in order of metric and number; -1 for none. */
function lastSheet({ metrics, firsts }: SheetList, metric: number, chunk: number): number {
  let low = 0
  let high = firsts.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = metrics[middle]!
    if (other < metric || (other === metric && firsts[middle]! <= chunk)) low = middle + 1
    else high = middle
  }
  return low - 1
}

/** First position whose number is not below `number`. */
function lowerBound(numbers: Float64Array, number: number): number {
  let low = 0
  let high = numbers.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (numbers[middle]! < number) low = middle + 1
    else high = middle
  }
  return low
}
