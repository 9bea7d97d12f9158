import { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { TAIL_BYTES, decodeInts, encodeInts } from '../codec/int-column.ts'

const out = new ByteWriter(4096)

/** Series numbers, ascending, packed: members of a window, or the first ones of its sheets. */
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
