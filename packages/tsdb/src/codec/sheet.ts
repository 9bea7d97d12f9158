/**
 * A sheet: the chunks of neighbouring series of one window, read from the disk as one.
 *
 * A chunk by itself would need a place in an index and a read of its own. And series of one target, or of one flush, were measured at the same moments: a sheet
 * keeps each column of times once, and its chunks point at it.
 *
 * ```
 * magic · series count S · times count T · crc32 of all the rest
 * series number   u32 × S
 * values at       u32 × S   byte position in the sheet
 * times at        u32 × T
 * samples         u32 × T   how many samples chunks with these times have
 * times index     u16 × S
 * columns … 8 zero bytes
 * ```
 */
import { crc32 } from 'node:zlib'

import type { NativeHistogram, SampleColumns } from '@weir/model'

import { ByteReader, ByteWriter } from './bytes.ts'
import { DIFFERENCE, DifferenceWriter, decodeDifference } from './difference.ts'
import { HISTOGRAMS, encodeHistograms } from './histogram-column.ts'
import { decodeHistograms } from './histogram-rows.ts'
import { KERNEL_TAIL_BYTES, type Kernels } from './kernels/kernels.ts'
import { TAIL_BYTES, decodeInts, encodeInts } from './int-column.ts'
import { decodeValues, encodeValues } from './value-column.ts'

const MAGIC = 0x31485357 // 'WSH1'
const HEADER_BYTES = 16
const CHECKSUM_AT = 12
/** How many of the newest columns of times a chunk is compared with before it brings its own. */
const TIMES_COMPARED = 8
const TIMES_MAX = 0xffff
/** How many of the newest chunks a chunk is compared with: it may have the very same values. */
const VALUES_COMPARED = 16

/** Collects chunks into a sheet, in the order in which they come. */
export class SheetBuilder {
  readonly #data = new ByteWriter(64 * 1024)
  readonly #ids: number[] = []
  readonly #valuesAt: number[] = []
  readonly #timesOf: number[] = []
  readonly #timesAt: number[] = []
  readonly #counts: number[] = []
  #recent: { readonly index: number; readonly times: Float64Array }[] = []
  #written: { readonly at: number; readonly size: number; readonly timesIndex: number }[] = []
  readonly #differences = new DifferenceWriter()
  sampleCount = 0
  minMs = Number.POSITIVE_INFINITY
  maxMs = Number.NEGATIVE_INFINITY

  get seriesCount(): number {
    return this.#ids.length
  }

  get firstSeries(): number {
    return this.#ids[0] ?? -1
  }

  /** How large the sheet would be if it were finished now. */
  get bytes(): number {
    return (
      HEADER_BYTES +
      this.#ids.length * 10 +
      this.#timesAt.length * 8 +
      this.#data.length +
      TAIL_BYTES
    )
  }

  /** Whether another chunk may need more columns of times than a sheet can number. */
  get isFull(): boolean {
    return this.#timesAt.length >= TIMES_MAX
  }

  /**
   * Adds one series' samples, ascending in time, each time once.
   *
   * @param histograms those that are native histograms, where `SampleColumns` has them
   */
  add(
    series: number,
    times: Float64Array,
    values: Float64Array,
    count: number,
    histograms?: readonly (NativeHistogram | undefined)[],
  ): void {
    const timesIndex = this.#timesIndex(times, count)
    const at = this.#data.length
    let isDifference = false
    if (histograms?.some((histogram) => histogram !== undefined) === true) {
      encodeHistograms(values, histograms, count, this.#data)
      this.#differences.clear()
    } else {
      encodeValues(values, count, this.#data)
      isDifference = this.#differences.improve(values, count, { timesIndex, at }, this.#data)
    }
    this.#valuesAt.push(isDifference ? at : this.#placeOfSame(at, timesIndex))
    this.#timesOf.push(timesIndex)
    this.#ids.push(series)
    this.sampleCount += count
    if (times[0]! < this.minMs) this.minMs = times[0]!
    if (times[count - 1]! > this.maxMs) this.maxMs = times[count - 1]!
  }

  /** The sheet's bytes; the builder is empty afterwards. */
  finish(): Uint8Array {
    const seriesCount = this.#ids.length
    const timesCount = this.#timesAt.length
    const dataAt = HEADER_BYTES + seriesCount * 10 + timesCount * 8
    const sheet = new Uint8Array(dataAt + this.#data.length + TAIL_BYTES)
    const view = new DataView(sheet.buffer)
    let at = HEADER_BYTES
    const column = (numbers: readonly number[], add: number): void => {
      for (const number of numbers) {
        view.setUint32(at, number + add, true)
        at += 4
      }
    }
    column(this.#ids, 0)
    column(this.#valuesAt, dataAt)
    column(this.#timesAt, dataAt)
    column(this.#counts, 0)
    for (const index of this.#timesOf) {
      view.setUint16(at, index, true)
      at += 2
    }
    sheet.set(this.#data.bytes.subarray(0, this.#data.length), dataAt)
    view.setUint32(0, MAGIC, true)
    view.setUint32(4, seriesCount, true)
    view.setUint32(8, timesCount, true)
    view.setUint32(CHECKSUM_AT, checksum(sheet), true)
    this.#clear()
    return sheet
  }

  #clear(): void {
    this.#data.clear()
    for (const list of [this.#ids, this.#valuesAt, this.#timesOf, this.#timesAt, this.#counts]) {
      list.length = 0
    }
    this.#recent = []
    this.#written = []
    this.#differences.clear()
    this.sampleCount = 0
    this.minMs = Number.POSITIVE_INFINITY
    this.maxMs = Number.NEGATIVE_INFINITY
  }

  /**
   * Where the values lie that were just written at `at`: there, or where the same bytes are already.
   * The count of a classic histogram is its last bucket; what one loop sets is often set together.
   */
  #placeOfSame(at: number, timesIndex: number): number {
    const data = this.#data
    const size = data.length - at
    for (const other of this.#written) {
      if (other.size !== size || other.timesIndex !== timesIndex) continue
      if (!sameBytes(data.bytes, other.at, at, size)) continue
      data.length = at
      return other.at
    }
    this.#written.unshift({ at, size, timesIndex })
    if (this.#written.length > VALUES_COMPARED) this.#written.pop()
    return at
  }

  #timesIndex(times: Float64Array, count: number): number {
    for (const { index, times: known } of this.#recent) {
      if (known.length === count && sameTimes(known, times)) return index
    }
    const index = this.#timesAt.length
    this.#timesAt.push(this.#data.length)
    this.#counts.push(count)
    encodeInts(times, count, this.#data)
    this.#recent.unshift({ index, times: times.slice(0, count) })
    if (this.#recent.length > TIMES_COMPARED) this.#recent.pop()
    return index
  }
}

function sameBytes(bytes: Uint8Array, one: number, other: number, size: number): boolean {
  for (let i = 0; i < size; i++) if (bytes[one + i] !== bytes[other + i]) return false
  return true
}

/** Of everything but itself: a wrong count would show other bytes as numbers. */
function checksum(sheet: Uint8Array): number {
  return crc32(sheet.subarray(HEADER_BYTES), crc32(sheet.subarray(0, CHECKSUM_AT)))
}

function sameTimes(known: Float64Array, times: Float64Array): boolean {
  for (let i = 0; i < known.length; i++) if (known[i] !== times[i]) return false
  return true
}

/** How many numbers for times were given out. */
let timesIds = 0

/**
 * Reads a sheet. Has memory of its own for the bytes, so that the columns are aligned; made to be
 * reused.
 */
export class SheetView {
  readonly #kernels: Kernels | undefined
  readonly #slot: Uint8Array<ArrayBuffer> | undefined
  readonly #slotInput: ByteReader | undefined
  #own = new ByteReader(new Uint8Array(0))
  #input = this.#own
  #valuesAt: Uint32Array = new Uint32Array(0)
  #timesAt: Uint32Array = new Uint32Array(0)
  #counts: Uint32Array = new Uint32Array(0)
  #timesOf: Uint16Array = new Uint16Array(0)
  #timesIndex = -1
  #times = new Float64Array(0)
  #rangeFrom = -1
  #rangeTo = -1
  #rangeId = 0
  #found = -1
  /** Values of chunk `#beforeIndex`, for one that is a difference from it. */
  #before = new Float64Array(0)
  #scratch = new Float64Array(0)
  #beforeIndex = -1
  #beforeNeverFalls = false
  /** Series numbers, in the order of index/metric-order.ts. */
  ids: Uint32Array = new Uint32Array(0)

  /** @param kernels where sheets are to be laid that they shall unpack; see {@link Symbol.dispose} */
  constructor(kernels?: Kernels) {
    this.#kernels = kernels
    this.#slot = kernels?.takeSlot()
    this.#slotInput = this.#slot === undefined ? undefined : new ByteReader(this.#slot)
  }

  /** Gives the kernels' memory back. The view is not used any more. */
  [Symbol.dispose](): void {
    if (this.#slot !== undefined) this.#kernels?.giveBack(this.#slot)
  }

  /** Where the next sheet's bytes go; then {@link open}. */
  room(length: number): Uint8Array {
    this.ids = this.ids.subarray(0, 0)
    this.#input = this.#slotInput ?? this.#own
    if (this.#input.bytes.length < length + KERNEL_TAIL_BYTES) {
      if (this.#own.bytes.length < length) {
        this.#own = new ByteReader(new Uint8Array((length + 0x3fff) & ~0x3fff))
      }
      this.#input = this.#own
    }
    return this.#input.bytes.subarray(0, length)
  }

  /**
   * Begins to read the sheet of this length in {@link room}.
   *
   * @param check whether to compute the checksum too
   * @returns false when these bytes are no whole sheet
   */
  open(length: number, check: boolean): boolean {
    this.#timesIndex = -1
    this.#found = -1
    this.#beforeIndex = -1
    if (length < HEADER_BYTES + TAIL_BYTES) return false
    const bytes = this.#input.bytes.subarray(0, length)
    const view = this.#input.view
    const seriesCount = view.getUint32(4, true)
    const timesCount = view.getUint32(8, true)
    if (view.getUint32(0, true) !== MAGIC) return false
    if (HEADER_BYTES + seriesCount * 10 + timesCount * 8 + TAIL_BYTES > length) return false
    if (check && checksum(bytes) !== view.getUint32(CHECKSUM_AT, true)) return false
    const { buffer, byteOffset } = bytes
    let at = byteOffset + HEADER_BYTES
    const column = (count: number): Uint32Array => {
      at += count * 4
      return new Uint32Array(buffer, at - count * 4, count)
    }
    this.ids = column(seriesCount)
    this.#valuesAt = column(seriesCount)
    this.#timesAt = column(timesCount)
    this.#counts = column(timesCount)
    this.#timesOf = new Uint16Array(buffer, at, seriesCount)
    return true
  }

  /** Like {@link find}, from behind the one that was found last; -1 when it is not there. */
  findAhead(series: number): number {
    const ids = this.ids
    for (let i = this.#found + 1; i < ids.length; i++) {
      if (ids[i] === series) return (this.#found = i)
    }
    return -1
  }

  /** Where a series is in this sheet; -1 when it is not. */
  find(series: number): number {
    return (this.#found = this.ids.indexOf(series))
  }

  count(index: number): number {
    return this.#counts[this.#timesOf[index]!]!
  }

  /** The times of chunk `index`; valid until the next `times` or `room`. */
  times(index: number): Float64Array {
    const timesIndex = this.#timesOf[index]!
    if (timesIndex !== this.#timesIndex) {
      const count = this.#counts[timesIndex]!
      const room = this.#times.buffer.byteLength >= count * 8
      this.#times = room
        ? new Float64Array(this.#times.buffer, 0, count)
        : new Float64Array(new ArrayBuffer(Math.max(1024, count * 8)), 0, count)
      this.#input.at = this.#timesAt[timesIndex]!
      decodeInts(this.#input, count, this.#times, 0)
      this.#timesIndex = timesIndex
      this.#rangeFrom = -1
    }
    return this.#times
  }

  /** A number for some of the times that {@link times} gave last: no others ever get it on this thread. */
  timesId(from: number, to: number): number {
    if (from !== this.#rangeFrom || to !== this.#rangeTo) {
      this.#rangeFrom = from
      this.#rangeTo = to
      this.#rangeId = ++timesIds
    }
    return this.#rangeId
  }

  /** Whether chunk `index` has native histograms: then `values` cannot read it, but `histograms` can. */
  hasHistograms(index: number): boolean {
    return this.#input.bytes[this.#valuesAt[index]!] === HISTOGRAMS
  }

  /** Writes samples `from` to before `to` of chunk `index` into columns, from `at` on, without their times. */
  histograms(
    index: number,
    range: { readonly from: number; readonly to: number },
    into: SampleColumns,
    at: number,
  ): void {
    this.#input.at = this.#valuesAt[index]!
    decodeHistograms(this.#input, { ...range, count: this.count(index) }, into, at)
  }

  /**
   * Writes the values of chunk `index` into `into[at, at + count)`.
   *
   * @returns true when it is known that none is NaN, or less than the one before it
   */
  values(index: number, into: Float64Array, at: number): boolean {
    const count = this.count(index)
    let neverFalls: boolean
    if (this.#isDifference(index)) {
      this.#readBefore(index)
      this.#input.at = this.#valuesAt[index]!
      neverFalls =
        decodeDifference(this.#input, this.#before, count, into, at) && this.#beforeNeverFalls
    } else {
      this.#input.at = this.#valuesAt[index]!
      neverFalls = decodeValues(this.#input, count, into, at)
    }
    // Whoever reads one bucket reads the next.
    if (index + 1 < this.ids.length && this.#isDifference(index + 1)) {
      this.#keep(count)
      this.#before.set(into.subarray(at, at + count))
      this.#beforeIndex = index
      this.#beforeNeverFalls = neverFalls
    }
    return neverFalls
  }

  #isDifference(index: number): boolean {
    return this.#input.bytes[this.#valuesAt[index]!] === DIFFERENCE
  }

  /** Has the values of the chunk before `index` in `#before`: from the chunk on that is none of these. */
  #readBefore(index: number): void {
    let from = index - 1
    while (from !== this.#beforeIndex && this.#isDifference(from)) from--
    const count = this.count(index)
    for (let each = from; each < index; each++) {
      if (each === this.#beforeIndex) continue
      this.#keep(count)
      this.#input.at = this.#valuesAt[each]!
      const neverFalls =
        each === from
          ? decodeValues(this.#input, count, this.#before, 0)
          : decodeDifference(this.#input, this.#before, count, this.#scratch, 0)
      this.#beforeNeverFalls = neverFalls && (each === from || this.#beforeNeverFalls)
      if (each !== from) [this.#before, this.#scratch] = [this.#scratch, this.#before]
      this.#beforeIndex = each
    }
  }

  #keep(count: number): void {
    if (this.#before.length >= count) return
    this.#before = new Float64Array(count * 2)
    this.#scratch = new Float64Array(count * 2)
  }
}
