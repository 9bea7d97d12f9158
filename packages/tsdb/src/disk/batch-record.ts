/**
 * A batch on disk: the samples of one commit for one arena. This is the log: read back on start, and
 * gone when the arena's window is sealed. Layout: docs/formats/data-dir.md.
 */
import { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { TAIL_BYTES, decodeInts, encodeInts } from '../codec/int-column.ts'
import { decodeValues, encodeValues } from '../codec/value-column.ts'

export interface BatchWindow {
  readonly startMs: number
  readonly endMs: number
  readonly isLate: boolean
}

const out = new ByteWriter(64 * 1024)

export function encodeBatch(
  window: BatchWindow,
  columns: { series: Float64Array; times: Float64Array; values: Float64Array },
  count: number,
): Uint8Array {
  out.clear()
  out.u8(window.isLate ? 1 : 0)
  out.zigzag(window.startMs)
  out.varint(window.endMs - window.startMs)
  out.varint(count)
  encodeInts(columns.series, count, out)
  encodeInts(columns.times, count, out)
  encodeValues(columns.values, count, out)
  out.zeros(TAIL_BYTES)
  return out.copy()
}

export interface BatchColumns extends BatchWindow {
  readonly count: number
  readonly series: Float64Array
  readonly times: Float64Array
  readonly values: Float64Array
}

export function decodeBatch(record: Uint8Array): BatchColumns {
  const input = new ByteReader(record)
  const isLate = input.u8() === 1
  const startMs = input.zigzag()
  const endMs = startMs + input.varint()
  const count = input.varint()
  const series = new Float64Array(count)
  const times = new Float64Array(count)
  const values = new Float64Array(count)
  decodeInts(input, count, series, 0)
  decodeInts(input, count, times, 0)
  decodeValues(input, count, values, 0)
  return { isLate, startMs, endMs, count, series, times, values }
}
