import { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { TAIL_BYTES, decodeInts, encodeInts } from '../codec/int-column.ts'

const out = new ByteWriter(4096)

/** Series numbers, ascending, packed: members of a window, or what is dropped. */
export function encodeSeries(series: Float64Array): Uint8Array {
  out.clear()
  out.varint(series.length)
  encodeInts(series, series.length, out)
  out.zeros(TAIL_BYTES)
  return out.copy()
}

export function decodeSeries(record: Uint8Array): Float64Array {
  const input = new ByteReader(record)
  const series = new Float64Array(input.varint())
  decodeInts(input, series.length, series, 0)
  return series
}

/** Where the sheets of a window are. */
export interface SheetList {
  /** Metric of the first series of each sheet, see `DictionaryView.metricOf`; ascending. */
  readonly metrics: Float64Array
  /** First series of each sheet; ascending where metrics are equal. */
  readonly firsts: Float64Array
  /** Where each sheet begins in the window's file, and where the last one ends. */
  readonly starts: Float64Array
}

export function encodeSheetList({ metrics, firsts, starts }: SheetList): Uint8Array {
  out.clear()
  out.varint(firsts.length)
  encodeInts(metrics, metrics.length, out)
  encodeInts(firsts, firsts.length, out)
  encodeInts(starts, starts.length, out)
  out.zeros(TAIL_BYTES)
  return out.copy()
}

export function decodeSheetList(record: Uint8Array): SheetList {
  const input = new ByteReader(record)
  const metrics = new Float64Array(input.varint())
  const firsts = new Float64Array(metrics.length)
  const starts = new Float64Array(firsts.length + 1)
  decodeInts(input, metrics.length, metrics, 0)
  decodeInts(input, firsts.length, firsts, 0)
  decodeInts(input, starts.length, starts, 0)
  return { metrics, firsts, starts }
}
