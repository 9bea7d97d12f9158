import { type ProtoReader, VARINT } from './reader.ts'

/** What the native histograms of remote write and of `io.prometheus.client` share: `BucketSpan`, and counts told as differences. */

const OFFSET = (1 << 3) | VARINT
const SPAN_LENGTH = (2 << 3) | VARINT

/** Reads a `BucketSpan`, a length and a message; the caller sets the reader's end again. */
export function readSpan(input: ProtoReader, into: number[]): void {
  const end = input.lengthEnd()
  input.end = end
  let offset = 0
  let length = 0
  while (input.at < end) {
    const tag = input.u32()
    if (tag === OFFSET) offset = input.zigzag()
    else if (tag === SPAN_LENGTH) length = input.i64()
    else if (tag >>> 3 <= 2) input.fail()
    else input.skip(tag)
  }
  into.push(offset, length)
}

/** Counts from the differences between neighbours. */
export function summed(deltas: readonly number[]): Float64Array {
  let running = 0
  return Float64Array.from(deltas, (delta) => (running += delta))
}
