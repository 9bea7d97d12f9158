import type { SampleColumns } from '@weir/model'

import { SheetView } from '../codec/sheet.ts'
import { type Environment, pairKey, storageError } from '../disk/environment.ts'
import { decodeSeries } from '../disk/series-list.ts'
import type { WindowRecord } from '../disk/window-record.ts'

/** A read transaction of lmdb, as its calls take it. */
export type ReadTransaction = ReturnType<Environment['root']['useReadTransaction']>

/** lmdb's own types leave the options out. The bytes are good until the next read. */
interface SheetTable {
  getBinaryFast(
    key: Uint8Array,
    options: { readonly transaction: ReadTransaction },
  ): Uint8Array | undefined
}

/** A sealed window, and the sheet of it that was looked at last. */
export class SealedWindow {
  readonly record: WindowRecord
  readonly #environment: Environment
  readonly #sheets: SheetTable
  readonly #check: boolean
  #firsts: Float64Array | undefined
  #view: SheetView | undefined
  #loaded = -1

  /** @param check whether to compute checksums: so that compaction does not spread damage */
  constructor(record: WindowRecord, environment: Environment, check = false) {
    this.record = record
    this.#environment = environment
    this.#sheets = environment.sheets
    this.#check = check
  }

  /** Gives up the copy of a sheet, so that windows nobody asks for cost nothing. */
  release(free: SheetView[]): void {
    if (this.#view !== undefined) free.push(this.#view)
    this.#view = undefined
    this.#loaded = -1
  }

  /**
   * Appends the samples of a series within [minMs, maxMs], ascending.
   *
   * @param free views to take from; a new one is made when it is empty
   */
  read(
    series: number,
    range: { readonly minMs: number; readonly maxMs: number },
    into: SampleColumns,
    transaction: ReadTransaction,
    free: SheetView[],
  ): void {
    const view = this.#sheetOf(series, transaction, free)
    const index = view?.find(series) ?? -1
    if (view === undefined || index < 0) return
    const times = view.times(index)
    const count = times.length
    const from = times[0]! >= range.minMs ? 0 : lowerBound(times, range.minMs)
    const to = times[count - 1]! <= range.maxMs ? count : lowerBound(times, range.maxMs + 1)
    if (from >= to) return
    const at = into.length
    into.reserve(count)
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
    this.#firsts ??= this.#readFirsts(transaction)
    const sheet = lowerBound(this.#firsts, series + 1) - 1
    if (sheet < 0) return undefined
    this.#view ??= free.pop() ?? new SheetView()
    if (sheet !== this.#loaded) {
      const key = pairKey(this.record.id, this.#firsts[sheet]!)
      this.#loaded = -1
      const bytes = this.#sheets.getBinaryFast(key, { transaction })
      if (bytes === undefined || !this.#view.load(bytes.subarray(0, bytes.length), this.#check)) {
        throw storageError(`read window ${this.record.id}`, new Error('CORRUPTED sheet'))
      }
      this.#loaded = sheet
    }
    return this.#view
  }

  #readFirsts(transaction: ReadTransaction): Float64Array {
    const record = this.#environment.firsts.get(this.record.id, { transaction })
    if (record === undefined) {
      throw storageError(`read window ${this.record.id}`, new Error('CORRUPTED list of sheets'))
    }
    return decodeSeries(record)
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
