/**
 * A batch on disk: the samples of one commit for one arena. This is the log: read back on start, and
 * gone when the arena's window is sealed. Layout: docs/formats/data-dir.md.
 */
import { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { TAIL_BYTES, decodeInts, encodeInts } from '../codec/int-column.ts'
import { decodeQuick, encodeQuick } from '../codec/quick-column.ts'

export interface BatchWindow {
  readonly startMs: number
  readonly endMs: number
  readonly isLate: boolean
}

/** Bits of the first byte. */
const LATE = 1
const HISTOGRAMS = 2

const out = new ByteWriter(64 * 1024)

export function encodeBatch(
  window: BatchWindow,
  columns: {
    series: Float64Array
    times: Float64Array
    values: Float64Array
    histograms: ReadonlyMap<number, Uint8Array>
  },
  count: number,
): Uint8Array {
  const { histograms } = columns
  out.clear()
  out.u8((window.isLate ? LATE : 0) | (histograms.size > 0 ? HISTOGRAMS : 0))
  out.zigzag(window.startMs)
  out.varint(window.endMs - window.startMs)
  out.varint(count)
  encodeInts(columns.series, count, out)
  encodeInts(columns.times, count, out)
  encodeQuick(columns.values, count, out)
  if (histograms.size > 0) writeHistograms(histograms)
  out.zeros(TAIL_BYTES)
  return out.copy()
}

export interface BatchColumns extends BatchWindow {
  readonly count: number
  readonly series: Float64Array
  readonly times: Float64Array
  readonly values: Float64Array
  /** Records of the samples that are native histograms, by their place in the columns; ascending. */
  readonly histograms: ReadonlyMap<number, Uint8Array>
}

/** Memory for columns that is used for one batch after another. */
export class BatchRoom {
  series = new Float64Array(0)
  times = this.series
  values = this.series

  reserve(count: number): void {
    if (this.series.length >= count) return
    this.series = new Float64Array(count)
    this.times = new Float64Array(count)
    this.values = new Float64Array(count)
  }
}

/** @param room where the columns will lie, and stay until it is used again */
export function decodeBatch(record: Uint8Array, room = new BatchRoom()): BatchColumns {
  const input = new ByteReader(record)
  const flags = input.u8()
  const startMs = input.zigzag()
  const endMs = startMs + input.varint()
  const count = input.varint()
  room.reserve(count)
  const { series, times, values } = room
  decodeInts(input, count, series, 0)
  decodeInts(input, count, times, 0)
  decodeQuick(input, count, values)
  const histograms = (flags & HISTOGRAMS) === 0 ? NONE : readHistograms(input)
  const isLate = (flags & LATE) !== 0
  return { isLate, startMs, endMs, count, series, times, values, histograms }
}

const NONE: ReadonlyMap<number, Uint8Array> = new Map()

function writeHistograms(histograms: ReadonlyMap<number, Uint8Array>): void {
  out.varint(histograms.size)
  let before = 0
  for (const [at, record] of histograms) {
    out.varint(at - before)
    out.sized(record)
    before = at
  }
}

function readHistograms(input: ByteReader): Map<number, Uint8Array> {
  const histograms = new Map<number, Uint8Array>()
  let at = 0
  for (let left = input.varint(); left > 0; left--) {
    at += input.varint()
    histograms.set(at, input.sized())
  }
  return histograms
}
