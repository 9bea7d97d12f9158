import type { SampleColumns } from '@weir/model'

import { SheetView } from '../codec/sheet.ts'
import { type Environment, storageError } from '../disk/environment.ts'
import { type SheetList, decodeSeries, decodeSheetList } from '../disk/series-list.ts'
import { WindowFile } from '../disk/window-file.ts'
import type { WindowRecord } from '../disk/window-record.ts'
import { KEPT, chunkNumber } from '../steps/chunks.ts'

/** A read transaction of lmdb, as its calls take it. */
export type ReadTransaction = ReturnType<Environment['root']['useReadTransaction']>

/** A sealed window, and the sheet of it that was looked at last. */
export class SealedWindow {
  readonly record: WindowRecord
  readonly #environment: Environment
  readonly #file: WindowFile
  /** One byte a sheet: whether its checksum was found right, which is asked at its first touch. */
  #checked = new Uint8Array(0)
  /** One bit a series: who is in the window. */
  #members: Uint8Array | undefined
  #sheets: SheetList | undefined
  #view: SheetView | undefined
  #loaded = -1
  /** The loaded sheet holds series from `#first` up to before `#next`. */
  #first = 0
  #next = 0

  constructor(record: WindowRecord, environment: Environment) {
    this.record = record
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
   * Appends the samples of a series within [minMs, maxMs], ascending.
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
    const view = this.#sheetOf(series, transaction, free)
    const index = view?.find(series) ?? -1
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
    view.values(index, into.values, at)
    if (from === 0 && to === count) {
      into.times.set(times, at)
    } else {
      into.values.copyWithin(at, at + from, at + to)
      into.times.set(times.subarray(from, to), at)
    }
    into.length = at + to - from
  }

  #sheetOf(series: number, transaction: ReadTransaction, free: SheetView[]): SheetView | undefined {
    const view = this.#view
    // Series are read in ascending order: mostly it is the sheet that is here already.
    if (view !== undefined && this.#loaded >= 0 && series >= this.#first && series < this.#next) {
      return view
    }
    const sheets = (this.#sheets ??= this.#readSheets(transaction))
    const sheet = lowerBound(sheets.firsts, series + 1) - 1
    if (sheet < 0) return undefined
    this.#load(sheet, sheets, (this.#view ??= free.pop() ?? new SheetView()))
    return this.#view
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
    this.#first = firsts[sheet]!
    this.#next = firsts[sheet + 1] ?? Number.POSITIVE_INFINITY
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
