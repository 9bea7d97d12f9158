import type { ByteReader, ByteWriter } from './bytes.ts'

/** Writes the spans of a native histogram: how many, then offset and length of each. */
export function writeSpans(spans: Int32Array, out: ByteWriter): void {
  out.varint(spans.length / 2)
  for (let i = 0; i < spans.length; i += 2) {
    out.zigzag(spans[i]!)
    out.varint(spans[i + 1]!)
  }
}

export function readSpans(input: ByteReader): Int32Array {
  const spans = new Int32Array(input.varint() * 2)
  for (let i = 0; i < spans.length; i += 2) {
    spans[i] = input.zigzag()
    spans[i + 1] = input.varint()
  }
  return spans
}

/** How many buckets spans name. */
export function bucketCount(spans: Int32Array): number {
  let count = 0
  for (let i = 1; i < spans.length; i += 2) count += spans[i]!
  return count
}
