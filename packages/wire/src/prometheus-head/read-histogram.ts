import { CUSTOM_BUCKETS_SCHEMA, type NativeHistogram, type ResetHint } from '@weir/model'
import { NUMBERS_MAX, type ProtoReader } from '../protobuf/reader.ts'
import { bigDouble } from './big-endian.ts'

const GAUGE = 3
const NOTHING = new Float64Array(0)

/**
 * A histogram as a record of the log has it; what cannot be read sets `bad` of the input.
 *
 * ```
 * reset hint · schema · zero threshold · zero count · count · sum
 * spans { offset · length } positive, negative · buckets positive, negative · bounds, where it has its own
 * ```
 *
 * Whole numbers are varints, their buckets each the difference from the one before; floats are doubles.
 */
export function readHistogram(input: ProtoReader, isFloat: boolean): NativeHistogram {
  const hint = input.u32()
  const schema = input.zigzag()
  const zeroThreshold = bigDouble(input)
  const zeroCount = isFloat ? bigDouble(input) : input.u64()
  const count = isFloat ? bigDouble(input) : input.u64()
  const sum = bigDouble(input)
  const positiveSpans = readSpans(input)
  const negativeSpans = readSpans(input)
  const positive = readBuckets(input, isFloat, positiveSpans)
  const negative = readBuckets(input, isFloat, negativeSpans)
  const customValues = schema === CUSTOM_BUCKETS_SCHEMA ? readDoubles(input) : NOTHING
  return {
    isFloat,
    resetHint: hintOf(hint),
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

/** What it says of the sample before is not believed, as with chunks: that one may be gone by now. */
function hintOf(hint: number): ResetHint {
  return hint === GAUGE ? 'gauge' : 'unknown'
}

/** How many follow: each has a byte at least, so there are no more than bytes. */
function listLength(input: ProtoReader): number {
  const length = input.u32()
  if (length <= Math.min(input.end - input.at, NUMBERS_MAX)) return length
  input.fail()
  return 0
}

function readSpans(input: ProtoReader): Int32Array {
  const spans = new Int32Array(2 * listLength(input))
  for (let i = 0; i < spans.length; i += 2) {
    spans[i] = input.zigzag()
    spans[i + 1] = input.u32()
  }
  return spans
}

function readBuckets(input: ProtoReader, isFloat: boolean, spans: Int32Array): Float64Array {
  const buckets = isFloat ? readDoubles(input) : readDifferences(input)
  let named = 0
  for (let i = 1; i < spans.length; i += 2) named += spans[i]!
  if (named !== buckets.length) input.fail()
  return buckets
}

function readDifferences(input: ProtoReader): Float64Array {
  const buckets = new Float64Array(listLength(input))
  let count = 0
  for (let i = 0; i < buckets.length; i++) buckets[i] = count += input.zigzag()
  return buckets
}

function readDoubles(input: ProtoReader): Float64Array {
  const values = new Float64Array(listLength(input))
  for (let i = 0; i < values.length; i++) values[i] = bigDouble(input)
  return values
}
