/**
 * A native histogram as bytes: how it goes from thread to thread, lies in the head and in a batch.
 * Whole numbers are varints and buckets are differences, so that a histogram of sixty buckets is
 * about a hundred bytes where plain doubles would be five hundred. The same histogram has the same
 * bytes. Layout: docs/formats/data-dir.md.
 */
import { type NativeHistogram, RESET_HINTS } from '@weir/model'

import type { ByteReader, ByteWriter } from '../codec/bytes.ts'
import { bucketCount, readSpans, writeSpans } from '../codec/spans.ts'

const FLOAT = 1
const HINT_SHIFT = 1
const HINT_MASK = 0b110
/** All counts are whole numbers below 2^51 and written as such, in a float histogram too. */
const WHOLE = 8
const WHOLE_MAX = 2 ** 51

export function encodeHistogram(h: NativeHistogram, out: ByteWriter): void {
  const isWhole = isWholeNumber(h.count) && isWholeNumber(h.zeroCount) && areWhole(h)
  out.u8(
    (h.isFloat ? FLOAT : 0) |
      (RESET_HINTS.indexOf(h.resetHint) << HINT_SHIFT) |
      (isWhole ? WHOLE : 0),
  )
  out.zigzag(h.schema)
  out.f64(h.zeroThreshold)
  out.f64(h.sum)
  writeSpans(h.positiveSpans, out)
  writeSpans(h.negativeSpans, out)
  out.varint(h.customValues.length)
  for (const bound of h.customValues) out.f64(bound)
  if (isWhole) {
    out.varint(h.zeroCount)
    out.varint(h.count)
    writeDifferences(h.positive, out)
    writeDifferences(h.negative, out)
  } else {
    out.f64(h.zeroCount)
    out.f64(h.count)
    for (const count of h.positive) out.f64(count)
    for (const count of h.negative) out.f64(count)
  }
}

/** Reads what {@link encodeHistogram} wrote, from where the reader stands. */
export function decodeHistogram(input: ByteReader): NativeHistogram {
  const flags = input.u8()
  const schema = input.zigzag()
  const zeroThreshold = input.f64()
  const sum = input.f64()
  const positiveSpans = readSpans(input)
  const negativeSpans = readSpans(input)
  const customValues = new Float64Array(input.varint())
  for (let i = 0; i < customValues.length; i++) customValues[i] = input.f64()
  const isWhole = (flags & WHOLE) !== 0
  const zeroCount = isWhole ? input.varint() : input.f64()
  const count = isWhole ? input.varint() : input.f64()
  const read = isWhole ? readDifferences : readDoubles
  const positive = read(input, bucketCount(positiveSpans))
  const negative = read(input, bucketCount(negativeSpans))
  return {
    isFloat: (flags & FLOAT) !== 0,
    resetHint: RESET_HINTS[(flags & HINT_MASK) >> HINT_SHIFT]!,
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    positiveSpans,
    positive,
    negativeSpans,
    negative,
    customValues,
  }
}

/**
 * Whether bytes begin with this histogram, whatever either knows about the sample before. A record
 * tells its own end, so none is the beginning of another.
 */
export function startsWithHistogram(bytes: Uint8Array, record: Uint8Array): boolean {
  if (bytes.length < record.length || ((bytes[0]! ^ record[0]!) & ~HINT_MASK) !== 0) return false
  for (let i = 1; i < record.length; i++) if (bytes[i] !== record[i]) return false
  return true
}

function areWhole(h: NativeHistogram): boolean {
  return h.positive.every(isWholeNumber) && h.negative.every(isWholeNumber)
}

function isWholeNumber(n: number): boolean {
  return Number.isInteger(n) && n >= 0 && n <= WHOLE_MAX && (n !== 0 || 1 / n > 0)
}

function writeDifferences(counts: Float64Array, out: ByteWriter): void {
  let before = 0
  for (const count of counts) {
    out.zigzag(count - before)
    before = count
  }
}

function readDifferences(input: ByteReader, count: number): Float64Array {
  const counts = new Float64Array(count)
  let before = 0
  for (let i = 0; i < count; i++) counts[i] = before += input.zigzag()
  return counts
}

function readDoubles(input: ByteReader, count: number): Float64Array {
  const counts = new Float64Array(count)
  for (let i = 0; i < count; i++) counts[i] = input.f64()
  return counts
}
