import { FIXED64, type ProtoReader, VARINT } from '../protobuf/reader.ts'
import type { WriteBatch } from './write-batch.ts'

const VALUE = (1 << 3) | FIXED64
const TIME = (2 << 3) | VARINT

/**
 * Reads a sample, a length and a message, into the columns: the same in 1.0 and 2.0. Zeros are left
 * out by those who write it, so both fields may be missing. A start time (field 3 of 2.0) is skipped.
 */
export function readSample(input: ProtoReader, series: number, batch: WriteBatch): void {
  const end = input.lengthEnd()
  if (input.bad) return
  const i = batch.length
  if (i > batch.samplesMax) {
    input.fail() // the batch is overfull, which says more than this
    return
  }
  if (i === batch.series.length) batch.grow()
  const { view, bytes } = input
  input.end = end
  let low = 0
  let high = 0
  let time = 0
  while (input.at < end) {
    const { at } = input
    const tag = bytes[at]!
    if (tag === VALUE && at + 9 <= end) {
      low = view.getInt32(at + 1, true)
      high = view.getInt32(at + 5, true)
      input.at = at + 9
    } else if (tag === TIME) {
      input.at = at + 1
      time = input.i64()
    } else {
      const other = input.u32()
      if (other >>> 3 <= 2) input.fail()
      else input.skip(other)
    }
  }
  batch.series[i] = series
  batch.times[i] = time
  batch.valueWords[2 * i] = low
  batch.valueWords[2 * i + 1] = high
  batch.length = i + 1
}
